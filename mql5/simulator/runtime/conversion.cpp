// The reference's chapter "Conversion Functions", apart from code pages and formats.
#include <cmath>
#include <cstdio>

#include "builtins.hpp"

namespace mql {

namespace {
string formatted(const char *format, int digits, double value) {
  char buffer[400];
  std::snprintf(buffer, sizeof buffer, format, digits, value);
  return string::from_utf8(buffer);
}
}  // namespace

string IntegerToString(long number, int length, ushort fill) {
  std::u16string digits = text_of(number).text();
  const auto wanted = static_cast<std::size_t>(length > 0 ? length : 0);
  if (digits.size() < wanted) digits.insert(0, wanted - digits.size(), static_cast<char16_t>(fill));
  return string(digits);
}

// Positive digits: that many decimals. Negative: that many significant digits, with an exponent.
string DoubleToString(double value, int digits) {
  if (digits < 0) return formatted("%.*e", (digits < -16 ? 16 : -digits) , value);
  return formatted("%.*f", digits > 16 ? 8 : digits, value);
}

double StringToDouble(string value) { return number_in(value); }
long StringToInteger(string value) { return integer_in(value); }

double NormalizeDouble(double value, int digits) {
  if (!std::isfinite(value) || digits < 0 || digits > 8) return value;
  const double scale = std::pow(10.0, digits);
  const double scaled = std::round(value * scale);
  return scaled / scale;
}

string ShortToString(ushort code) { return string(std::u16string(1, static_cast<char16_t>(code))); }

int StringToShortArray(string text, Array<ushort> &array, int start, int count) {
  long wanted = text.size() + 1;  // the terminating zero counts
  if (count >= 0 && count < wanted) wanted = count;
  if (array.dynamic() && array.size() < start + wanted) array.resize(start + wanted);
  if (start + wanted > array.size()) wanted = array.size() - start;
  for (long i = 0; i < wanted; ++i) array[start + i] = i < text.size() ? text[i] : ushort(0);
  return static_cast<int>(wanted);
}

string ShortArrayToString(const Array<ushort> &array, int start, int count) {
  std::u16string out;
  for (long i = start; i < array.size() && (count < 0 || i < start + count) && array[i] != 0; ++i) out += static_cast<char16_t>(array[i]);
  return string(out);
}

string ColorToString(color value, bool) { return text_of(value); }

color StringToColor(string text) {
  uint red = 0, green = 0, blue = 0;
  std::sscanf(text.utf8().c_str(), "%u,%u,%u", &red, &green, &blue);
  return color(red | green << 8 | blue << 16);
}

}  // namespace mql
