// The reference's chapter "Math Functions".
#include <cmath>

#include "builtins.hpp"
#include "machine.hpp"

namespace mql {

int MathRand() { return static_cast<int>(machine().random()); }
void MathSrand(int seed) { machine().seed(static_cast<uint>(seed)); }
double MathFloor(double value) { return std::floor(value); }
double MathCeil(double value) { return std::ceil(value); }
double MathRound(double value) { return std::round(value); }
double MathSqrt(double value) { return std::sqrt(value); }
double MathPow(double base, double exponent) { return std::pow(base, exponent); }
double MathExp(double value) { return std::exp(value); }
double MathLog(double value) { return std::log(value); }
double MathLog10(double value) { return std::log10(value); }
double MathSin(double value) { return std::sin(value); }
double MathCos(double value) { return std::cos(value); }
double MathTan(double value) { return std::tan(value); }
double MathArctan(double value) { return std::atan(value); }
bool MathIsValidNumber(double number) { return std::isfinite(number); }

int GetLastError() { return machine().last_error(); }
void ResetLastError() { machine().set_error(0); }
void SetUserError(ushort code) { machine().set_error(ERR_USER_ERROR_FIRST + code); }

}  // namespace mql
