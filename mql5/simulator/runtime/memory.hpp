// What fresh memory holds: zero for globals and statics, garbage for everything else.
#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace mql {

inline constexpr unsigned char GARBAGE = 0xFE;  // the pattern compilers use for automatic variables too
inline unsigned char fresh_byte = GARBAGE;

// While one lives, arrays inside objects under construction start with zeros too.
class ZeroedStart {
 public:
  ZeroedStart() : before_(fresh_byte) { fresh_byte = 0; }
  ~ZeroedStart() { fresh_byte = before_; }
  ZeroedStart(const ZeroedStart &) = delete;

 private:
  unsigned char before_;
};

// Default-initialises an element: what the language leaves unset keeps the fresh pattern.
template <class T>
void fresh_element(void *at) {
  std::memset(at, fresh_byte, sizeof(T));
  if constexpr (!std::is_trivially_default_constructible_v<T>) ::new (at) T;
}

// A value with all fields zero, as `= {}` and ZeroMemory give.
template <class T>
T zero_value() {
  ZeroedStart start;
  return T{};
}

}  // namespace mql
