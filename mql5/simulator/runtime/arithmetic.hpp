// Division that stops the program instead of the process.
#pragma once

#include <limits>

#include "errors.hpp"
#include "types.hpp"

namespace mql {

// `a / checked_division / b`: the translator puts this object between the operators, so that neither
// precedence nor the usual conversions change.
struct CheckedDivision {};
inline constexpr CheckedDivision checked_division{};

template <class T>
constexpr const T &nonzero(const T &divisor) {
  if (divisor == T(0)) critical("zero divide");
  return divisor;
}

template <class A, class B>
constexpr void check_overflow(A dividend, B divisor) {
  using Result = decltype(dividend / divisor);
  if constexpr (std::is_signed_v<Result> && std::is_integral_v<Result>) {
    if (static_cast<Result>(dividend) == std::numeric_limits<Result>::min() && static_cast<Result>(divisor) == Result(-1)) {
      critical("integer overflow in division");
    }
  }
}

template <class A>
struct Quotient {
  A dividend;
  template <class B>
  friend constexpr auto operator/(Quotient left, B divisor) {
    auto by = +divisor;
    check_overflow(+left.dividend, nonzero(by));
    return left.dividend / divisor;
  }
};
template <class A>
struct Remainder {
  A dividend;
  template <class B>
  friend constexpr auto operator%(Remainder left, B divisor) {
    auto by = +divisor;
    check_overflow(+left.dividend, nonzero(by));
    return left.dividend % divisor;
  }
};
template <class A>
constexpr Quotient<A> operator/(A dividend, CheckedDivision) { return {dividend}; }
template <class A>
constexpr Remainder<A> operator%(A dividend, CheckedDivision) { return {dividend}; }

}  // namespace mql
