// Decimals of the contracts, exact: at most 12 digits before the point and 10 after it.
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace sim {

class Decimal {
 public:
  constexpr Decimal() = default;
  constexpr explicit Decimal(long whole) : units_(static_cast<__int128>(whole) * SCALE) {}
  // Of a price or volume computed in doubles: rounded to `digits` places.
  static Decimal of(double value, int digits);
  // False for what the contracts do not call a decimal.
  static bool parse(std::string_view text, Decimal &value);

  // Canonical: plain, no trailing zeros, no negative zero.
  std::string text() const;
  double number() const;
  bool zero() const { return units_ == 0; }

  Decimal operator+(Decimal other) const { return Decimal(units_ + other.units_, true); }
  Decimal operator-(Decimal other) const { return Decimal(units_ - other.units_, true); }
  Decimal &operator+=(Decimal other) { units_ += other.units_; return *this; }
  Decimal operator-() const { return Decimal(-units_, true); }
  auto operator<=>(const Decimal &) const = default;

 private:
  static constexpr long SCALE = 10'000'000'000;
  constexpr Decimal(__int128 units, bool) : units_(units) {}
  __int128 units_ = 0;
};

}  // namespace sim
