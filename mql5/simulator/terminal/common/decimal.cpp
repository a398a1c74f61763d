#include "decimal.hpp"

#include <cstdio>

namespace sim {
namespace {

constexpr int PLACES = 10;

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

Decimal Decimal::of(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  Decimal parsed;
  parse(text, parsed);
  return parsed;
}

bool Decimal::parse(std::string_view text, Decimal &value) {
  std::size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (negative) ++at;
  __int128 units = 0;
  const std::size_t start = at;
  while (at < text.size() && digit(text[at])) units = units * 10 + (text[at++] - '0');
  const std::size_t whole = at - start;
  if (whole < 1 || whole > 12 || (whole > 1 && text[start] == '0')) return false;
  int places = 0;
  if (at < text.size()) {
    if (text[at++] != '.' || at == text.size()) return false;
    for (; at < text.size() && digit(text[at]) && places < PLACES; ++places) units = units * 10 + (text[at++] - '0');
    if (at != text.size()) return false;
  }
  for (; places < PLACES; ++places) units *= 10;
  value = Decimal(negative ? -units : units, true);
  return true;
}

std::string Decimal::text() const {
  const __int128 absolute = units_ < 0 ? -units_ : units_;
  std::string written = std::to_string(static_cast<long>(absolute / SCALE));
  if (const long rest = static_cast<long>(absolute % SCALE)) {
    std::string fraction = std::to_string(rest);
    fraction.insert(0, static_cast<std::size_t>(PLACES) - fraction.size(), '0');
    while (fraction.back() == '0') fraction.pop_back();
    written += "." + fraction;
  }
  return units_ < 0 ? "-" + written : written;
}

double Decimal::number() const { return static_cast<double>(units_) / static_cast<double>(SCALE); }

}  // namespace sim
