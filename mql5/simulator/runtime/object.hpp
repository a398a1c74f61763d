// Objects of classes and the checked handles MQL5 calls pointers.
#pragma once

#include <typeinfo>
#include <vector>

#include "errors.hpp"
#include "memory.hpp"
#include "types.hpp"

namespace mql {

enum ENUM_POINTER_TYPE { POINTER_INVALID, POINTER_DYNAMIC, POINTER_AUTOMATIC };

// Base of every MQL5 class: knows its place in the table of living objects.
class Object {
 public:
  Object();
  Object(const Object &);
  Object &operator=(const Object &) { return *this; }
  virtual ~Object() noexcept(false);
  uint slot() const { return slot_; }
  ulong serial() const { return serial_; }

 private:
  uint slot_;
  ulong serial_;
};

// Every living object of one program, so that a handle can tell a live one from a dead one.
class ObjectTable {
 public:
  struct Slot {
    ulong serial = 0;  // 0: free
    Object *object = nullptr;
    void *memory = nullptr;  // set for objects made by `new`
  };
  ObjectTable() : slots_(1) {}
  uint add(Object *object, ulong &serial);
  void remove(uint slot);
  bool alive(uint slot, ulong serial) const { return slot != 0 && slot < slots_.size() && slots_[slot].serial == serial; }
  Slot &at(uint slot) { return slots_[slot]; }
  // Types of the objects made by `new` and not deleted.
  std::vector<std::string> leaks() const;
  // Destroys what `new` made and nothing deleted, oldest first; used after a crash.
  void discard_dynamic();

 private:
  std::vector<Slot> slots_;
  std::vector<uint> free_;
  ulong next_serial_ = 1;
};

ObjectTable &live_objects();
std::string type_name(const std::type_info &type);  // as the program wrote it
void complain(const std::string &message);  // recorded by the machine: wrong, but not fatal in MetaTrader

template <class T>
class ptr {
 public:
  ptr() = default;  // garbage, as every variable that is not set
  ptr(null_t) : object_(nullptr), slot_(0), serial_(0) {}
  ptr(T *object) : object_(object), slot_(object ? object->slot() : 0), serial_(object ? object->serial() : 0) {}
  template <class U>
    requires(!std::is_same_v<U, T> && std::is_convertible_v<U *, T *>)
  ptr(const ptr<U> &other) : object_(other.raw()), slot_(other.slot()), serial_(other.serial()) {}
  // Downcast: a wrong one is a critical error, as in MetaTrader.
  template <class U>
    requires(!std::is_convertible_v<U *, T *>)
  explicit ptr(const ptr<U> &other) : ptr(null) {
    if (other.raw() == nullptr) return;
    T *cast = dynamic_cast<T *>(other.get());
    if (cast == nullptr) critical("incorrect casting of pointers");
    *this = ptr(cast);
  }

  T *get() const {
    if (object_ == nullptr) critical("access to a NULL pointer of type " + type_name(typeid(T)));
    if (!valid()) critical("access to an invalid pointer of type " + type_name(typeid(T)));
    return object_;
  }
  T *operator->() const { return get(); }
  T &operator*() const { return *get(); }
  operator T &() const { return *get(); }
  explicit operator bool() const { return object_ != nullptr; }
  bool valid() const { return live_objects().alive(slot_, serial_); }
  T *raw() const { return object_; }
  uint slot() const { return slot_; }
  ulong serial() const { return serial_; }

  friend bool operator==(const ptr &left, null_t) { return left.object_ == nullptr; }
  friend bool operator==(const ptr &left, const T *right) { return left == ptr(const_cast<T *>(right)); }
  template <class U>
  friend bool operator==(const ptr &left, const ptr<U> &right) { return left.serial_ == right.serial(); }

 private:
  T *object_;
  uint slot_;
  ulong serial_;
};

// Reaches constructors whatever their access label says; classes name it as a friend.
struct Access {
  template <class T, class... A>
  static void construct(void *at, A &&...arguments) {
    if constexpr (sizeof...(A) == 0) ::new (at) T;
    else ::new (at) T(std::forward<A>(arguments)...);
  }
};

template <class T, class... A>
ptr<T> create(A &&...arguments) {
  void *memory = ::operator new(sizeof(T));
  std::memset(memory, fresh_byte, sizeof(T));
  try {
    Access::construct<T>(memory, std::forward<A>(arguments)...);
  } catch (...) {
    ::operator delete(memory);
    throw;
  }
  T *object = static_cast<T *>(memory);
  live_objects().at(object->slot()).memory = memory;
  return ptr<T>(object);
}

template <class T>
void destroy(const ptr<T> &handle) {
  if (handle == null) return;
  if (!handle.valid()) return complain("delete of an invalid pointer");
  void *memory = live_objects().at(handle.slot()).memory;
  if (memory == nullptr) return complain("delete of an object that `new` did not make");
  live_objects().at(handle.slot()).memory = nullptr;
  auto *object = const_cast<std::remove_const_t<T> *>(handle.get());
  static_cast<Object *>(object)->~Object();
  ::operator delete(memory);
}

template <class T, class U>
ptr<T> cast_or_null(const ptr<U> &handle) {
  return handle.valid() ? ptr<T>(dynamic_cast<T *>(handle.get())) : ptr<T>(null);
}
template <class T, class U>
ptr<T> cast_or_null(U *object) { return ptr<T>(dynamic_cast<T *>(object)); }

template <class T>
ENUM_POINTER_TYPE CheckPointer(const ptr<T> &handle) {
  if (!handle.valid()) return POINTER_INVALID;
  return live_objects().at(handle.slot()).memory ? POINTER_DYNAMIC : POINTER_AUTOMATIC;
}
template <class T>
ENUM_POINTER_TYPE CheckPointer(T *object) { return CheckPointer(ptr<T>(object)); }

template <class T>
  requires std::is_base_of_v<Object, T>
ptr<T> GetPointer(T &object) { return ptr<T>(&object); }
template <class T>
ptr<T> GetPointer(T *object) { return ptr<T>(object); }
template <class T>
ptr<T> GetPointer(const ptr<T> &handle) { return handle; }

}  // namespace mql
