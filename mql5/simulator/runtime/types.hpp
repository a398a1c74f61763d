// Scalar types of MQL5 that C++ does not have, and NULL.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace mql {

using uchar = unsigned char;
using ushort = unsigned short;
using uint = unsigned int;
using ulong = unsigned long;
static_assert(sizeof(long) == 8, "MQL5's long has 64 bits");

template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_enum_v<T>;

// NULL: no object, no string, zero.
struct null_t {
  template <Number T>
  constexpr operator T() const { return T(0); }
};
inline constexpr null_t null{};

// `{}` behind an array: every element zero.
struct zeroed_t {};
inline constexpr zeroed_t zeroed{};

// Seconds since 1970. A type of its own, so that Print and casts to string know it.
struct datetime {
  datetime() = default;
  template <Number T>
  constexpr datetime(T seconds) : seconds_(static_cast<long>(seconds)) {}
  constexpr operator long() const { return seconds_; }
  datetime &operator++() { ++seconds_; return *this; }
  template <Number T>
  datetime &operator+=(T seconds) { seconds_ += static_cast<long>(seconds); return *this; }
  template <Number T>
  datetime &operator-=(T seconds) { seconds_ -= static_cast<long>(seconds); return *this; }

 private:
  long seconds_;
};
template <class T>
  requires std::is_integral_v<T>
constexpr datetime operator+(datetime at, T seconds) { return datetime(static_cast<long>(at) + static_cast<long>(seconds)); }
template <class T>
  requires std::is_integral_v<T>
constexpr datetime operator-(datetime at, T seconds) { return datetime(static_cast<long>(at) - static_cast<long>(seconds)); }
constexpr long operator-(datetime left, datetime right) { return static_cast<long>(left) - static_cast<long>(right); }

// A colour, blue in the highest byte.
struct color {
  color() = default;
  template <Number T>
  constexpr color(T value) : value_(static_cast<uint>(value)) {}
  constexpr operator uint() const { return value_; }

 private:
  uint value_;
};

}  // namespace mql
