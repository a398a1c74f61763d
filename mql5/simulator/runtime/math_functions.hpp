// Mathematical functions whose documented parameters are "any number", and the C names MQL5 also knows.
#pragma once

#include <cmath>

#include "arithmetic.hpp"
#include "types.hpp"

namespace mql {

// Arguments the compiler would have to convert first (datetime) count as their number.
template <class T>
constexpr auto MathAbs(T value) { return +value < 0 ? -+value : +value; }
template <class A, class B>
constexpr auto MathMax(A left, B right) { return +left > +right ? +left : +right; }
template <class A, class B>
constexpr auto MathMin(A left, B right) { return +left < +right ? +left : +right; }
inline double MathMod(double value, double divisor) { return std::fmod(value, nonzero(divisor)); }

template <class T>
constexpr auto fabs(T value) { return MathAbs(value); }
template <class A, class B>
constexpr auto fmax(A left, B right) { return MathMax(left, right); }
template <class A, class B>
constexpr auto fmin(A left, B right) { return MathMin(left, right); }
inline double fmod(double value, double divisor) { return MathMod(value, divisor); }
inline double floor(double value) { return std::floor(value); }
inline double ceil(double value) { return std::ceil(value); }
inline double round(double value) { return std::round(value); }
inline double sqrt(double value) { return std::sqrt(value); }
inline double pow(double base, double exponent) { return std::pow(base, exponent); }
inline double log(double value) { return std::log(value); }
inline double log10(double value) { return std::log10(value); }
inline double exp(double value) { return std::exp(value); }

}  // namespace mql
