// Conversions between UTF-16, UTF-8 and numbers.
#include "string.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <unordered_map>

#include "errors.hpp"
#include "time.hpp"

namespace mql {

namespace {
constexpr char32_t REPLACEMENT = 0xFFFD;

void append_utf8(std::string &out, char32_t code) {
  auto put = [&out](char32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) return put(0xC0 | code >> 6), put(0x80 | (code & 0x3F));
  if (code < 0x10000) return put(0xE0 | code >> 12), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
  put(0xF0 | code >> 18), put(0x80 | (code >> 12 & 0x3F)), put(0x80 | (code >> 6 & 0x3F)), put(0x80 | (code & 0x3F));
}

void append_utf16(std::u16string &out, char32_t code) {
  if (code < 0x10000) {
    out += static_cast<char16_t>(code);
    return;
  }
  out += static_cast<char16_t>(0xD800 + ((code - 0x10000) >> 10));
  out += static_cast<char16_t>(0xDC00 + ((code - 0x10000) & 0x3FF));
}

// Reads one character; malformed bytes give U+FFFD and one byte is skipped.
char32_t next_utf8(std::string_view text, std::size_t &at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  const int more = lead >= 0xF0 && lead < 0xF5 ? 3 : lead >= 0xE0 && lead < 0xF0 ? 2 : lead >= 0xC2 && lead < 0xE0 ? 1 : 0;
  if (more == 0 || at + static_cast<std::size_t>(more) > text.size()) return REPLACEMENT;
  char32_t code = lead & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    const auto byte = static_cast<unsigned char>(text[at + static_cast<std::size_t>(i)]);
    if ((byte & 0xC0) != 0x80) return REPLACEMENT;
    code = code << 6 | (byte & 0x3F);
  }
  constexpr char32_t least[] = {0, 0x80, 0x800, 0x10000};
  if (code < least[more] || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return REPLACEMENT;
  at += static_cast<std::size_t>(more);
  return code;
}

string shown(const char *format, double value) {
  if (std::isnan(value)) return u"-nan(ind)"_s;
  if (std::isinf(value)) return value < 0 ? u"-inf"_s : u"inf"_s;
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, format, value);
  return string::from_utf8(buffer);
}

// The part of a text a number can be read from: ASCII only, so that strtod sees no surprises.
std::string ascii(const string &text) {
  std::string out;
  for (char16_t unit : text.text()) {
    if (unit > 126) break;
    out += static_cast<char>(unit);
  }
  return out;
}
}  // namespace

std::string utf8_of(std::u16string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char32_t code = text[i];
    const bool high = code >= 0xD800 && code < 0xDC00;
    if (high && i + 1 < text.size() && text[i + 1] >= 0xDC00 && text[i + 1] < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (static_cast<char32_t>(text[++i]) - 0xDC00);
    } else if (code >= 0xD800 && code < 0xE000) {
      code = REPLACEMENT;  // half a pair cannot be written
    }
    append_utf8(out, code);
  }
  return out;
}

std::u16string utf16_of(std::string_view text) {
  std::u16string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) append_utf16(out, next_utf8(text, at));
  return out;
}

string operator""_s(const char16_t *text, std::size_t size) {
  static std::unordered_map<const char16_t *, string> made;
  string &known = made[text];
  if (known.is_null() || known.text().size() != size) known = string(std::u16string(text, size));
  return known;
}

ushort string::operator[](long position) const {
  if (position < 0 || position >= size()) critical("string index out of range: " + std::to_string(position));
  return text()[static_cast<std::size_t>(position)];
}

string text_of(long value) { return string::from_utf8(std::to_string(value)); }
string text_of(ulong value) { return string::from_utf8(std::to_string(value)); }
string text_of(double value) { return shown("%.16g", value); }
string text_of(float value) { return shown("%.8g", static_cast<double>(value)); }
string text_of(datetime value) { return time_text(value, 1 | 2 | 4); }
string text_of(color value) {
  const uint code = value;
  char buffer[16];
  std::snprintf(buffer, sizeof buffer, "%u,%u,%u", code & 255, code >> 8 & 255, code >> 16 & 255);
  return string::from_utf8(buffer);
}

double number_in(const string &text) {
  const std::string plain = ascii(text);
  const std::size_t start = plain.find_first_not_of(" \t\r\n");
  // strtod also takes "inf", "nan" and hexadecimal fractions; MQL5 takes none of the first two.
  if (start == std::string::npos || plain.find_first_of("0123456789.", start) > start + 1) return 0;
  return std::strtod(plain.c_str() + start, nullptr);
}

long integer_in(const string &text) {
  const std::string plain = ascii(text);
  const std::size_t start = plain.find_first_not_of(" \t\r\n+-");
  const bool hexadecimal = start != std::string::npos && plain.compare(start, 2, "0x") == 0;
  return std::strtol(plain.c_str(), nullptr, hexadecimal ? 16 : 10);
}

}  // namespace mql
