// The table of living objects.
#include "object.hpp"

#include <cxxabi.h>

#include <cstdlib>

#include "machine.hpp"

namespace mql {

std::string type_name(const std::type_info &type) {
  int status = 0;
  char *text = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  const std::string full = text ? text : type.name();
  std::free(text);
  return full.substr(full.rfind(':') == std::string::npos ? 0 : full.rfind(':') + 1);
}

Object::Object() : slot_(live_objects().add(this, serial_)) {}
Object::Object(const Object &) : slot_(live_objects().add(this, serial_)) {}
Object::~Object() noexcept(false) { live_objects().remove(slot_); }

uint ObjectTable::add(Object *object, ulong &serial) {
  if (free_.empty()) free_.push_back(static_cast<uint>(slots_.size())), slots_.emplace_back();
  const uint slot = free_.back();
  free_.pop_back();
  serial = next_serial_++;
  slots_[slot] = {serial, object, nullptr};
  return slot;
}

void ObjectTable::remove(uint slot) {
  slots_[slot] = {};
  free_.push_back(slot);
}

std::vector<std::string> ObjectTable::leaks() const {
  std::vector<std::string> names;
  for (const Slot &slot : slots_) if (slot.memory) names.push_back(type_name(typeid(*slot.object)));
  return names;
}

void ObjectTable::discard_dynamic() {
  for (std::size_t i = 1; i < slots_.size(); ++i) {
    void *memory = slots_[i].memory;
    if (memory == nullptr) continue;
    slots_[i].memory = nullptr;  // a destructor that deletes it again finds nothing to free
    try {
      slots_[i].object->~Object();
    } catch (const CriticalError &) {
      // The program is already lost; its destructors have nothing left to say.
    }
    ::operator delete(memory);
  }
}

}  // namespace mql
