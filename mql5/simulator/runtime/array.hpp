// MQL5 arrays: bounds-checked, dynamic or of fixed size, new elements full of garbage.
#pragma once

#include <initializer_list>
#include <string>

#include "errors.hpp"
#include "memory.hpp"
#include "types.hpp"

namespace mql {

// What every array parameter accepts: a dynamic array, or the base of a Fixed one.
template <class T>
class Array {
 public:
  using element = T;
  Array() = default;
  Array(zeroed_t) {}
  Array(std::initializer_list<T> values) { assign(values.begin(), static_cast<long>(values.size())); }
  Array(const Array &other) { assign(other.items_, other.size_); }
  Array &operator=(const Array &other) {
    if (this == &other) return *this;
    if (dynamic_) clear(), assign(other.items_, other.size_);
    else for (long i = 0; i < size_ && i < other.size_; ++i) items_[i] = other.items_[i];
    return *this;
  }
  ~Array() noexcept(false) { if (dynamic_) clear(); }

  T &operator[](long index) { return items_[place(index)]; }
  const T &operator[](long index) const { return items_[place(index)]; }
  long size() const { return size_; }
  bool dynamic() const { return dynamic_; }
  bool series() const { return series_; }
  void set_series(bool series) { series_ = series; }
  T *data() { return items_; }
  const T *data() const { return items_; }

  // Changes the size of a dynamic array; new elements hold garbage. Memory for `reserve` more is kept.
  void resize(long size, long reserve = 0) {
    while (size_ > size) items_[--size_].~T();
    if (size > capacity_) grow(size + reserve);
    for (; size_ < size; ++size_) fresh_element<T>(items_ + size_);
  }
  void clear() {
    resize(0);
    ::operator delete(static_cast<void *>(items_));
    items_ = nullptr;
    capacity_ = 0;
  }

 protected:
  Array(T *items, long size) : items_(items), size_(size), dynamic_(false) {}

 private:
  void assign(const T *values, long size) {
    grow(size);
    for (; size_ < size; ++size_) ::new (static_cast<void *>(items_ + size_)) T(values[size_]);
  }
  void grow(long capacity) {
    if (capacity == 0) return;
    T *items = static_cast<T *>(::operator new(static_cast<std::size_t>(capacity) * sizeof(T)));
    for (long i = 0; i < size_; ++i) {
      ::new (static_cast<void *>(items + i)) T(std::move(items_[i]));
      items_[i].~T();
    }
    ::operator delete(static_cast<void *>(items_));
    items_ = items;
    capacity_ = capacity;
  }
  long place(long index) const {
    if (index < 0 || index >= size_) out_of_range(index, size_);
    return series_ ? size_ - 1 - index : index;
  }

  T *items_ = nullptr;
  long size_ = 0;
  long capacity_ = 0;
  bool dynamic_ = true;
  bool series_ = false;
};

// `T name[N]`.
template <class T, long N>
class Fixed : public Array<T> {
 public:
  Fixed() : Array<T>(room(), N) { for (long i = 0; i < N; ++i) fresh_element<T>(room() + i); }
  Fixed(zeroed_t) : Array<T>(room(), N) { fill_rest(0); }
  Fixed(std::initializer_list<T> values) : Array<T>(room(), N) {
    static_assert(N > 0);
    long count = 0;
    for (const T &value : values) if (count < N) ::new (static_cast<void *>(room() + count++)) T(value);
    fill_rest(count);
  }
  Fixed(const Fixed &other) : Array<T>(room(), N) {
    for (long i = 0; i < N; ++i) ::new (static_cast<void *>(room() + i)) T(other.room()[i]);
  }
  Fixed &operator=(const Fixed &other) { Array<T>::operator=(other); return *this; }
  ~Fixed() noexcept(false) { for (long i = N; i-- > 0;) room()[i].~T(); }

 private:
  void fill_rest(long from) { for (; from < N; ++from) ::new (static_cast<void *>(room() + from)) T(zero_value<T>()); }
  T *room() { return reinterpret_cast<T *>(bytes_); }
  const T *room() const { return reinterpret_cast<const T *>(bytes_); }
  alignas(T) unsigned char bytes_[sizeof(T) * static_cast<std::size_t>(N)];
};

}  // namespace mql
