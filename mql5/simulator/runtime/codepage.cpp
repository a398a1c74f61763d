// UTF-8 and the Windows ANSI pages 1251 and 1252.
#include "codepage.hpp"

#include "builtins.hpp"
#include "machine.hpp"

namespace mql {

namespace {
// Characters 0x80 to 0x9F of page 1252; the rest of the page equals Latin-1. 0: not assigned.
constexpr char16_t WESTERN[32] = {
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
    0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178};
// Characters 0x80 to 0xBF of page 1251; 0xC0 to 0xFF are the Russian letters in order.
constexpr char16_t CYRILLIC[64] = {
    0x0402, 0x0403, 0x201A, 0x0453, 0x201E, 0x2026, 0x2020, 0x2021, 0x20AC, 0x2030, 0x0409, 0x2039, 0x040A, 0x040C, 0x040B, 0x040F,
    0x0452, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0, 0x2122, 0x0459, 0x203A, 0x045A, 0x045C, 0x045B, 0x045F,
    0x00A0, 0x040E, 0x045E, 0x0408, 0x00A4, 0x0490, 0x00A6, 0x00A7, 0x0401, 0x00A9, 0x0404, 0x00AB, 0x00AC, 0x00AD, 0x00AE, 0x0407,
    0x00B0, 0x00B1, 0x0406, 0x0456, 0x0491, 0x00B5, 0x00B6, 0x00B7, 0x0451, 0x2116, 0x0454, 0x00BB, 0x0458, 0x0405, 0x0455, 0x0457};

uint real_page(uint codepage) { return codepage == CP_ACP || codepage == CP_THREAD_ACP ? machine().host().ansi_codepage() : codepage; }

char16_t from_page(unsigned char byte, uint page) {
  if (byte < 0x80) return byte;
  if (page == 1251) return byte >= 0xC0 ? static_cast<char16_t>(0x410 + byte - 0xC0) : CYRILLIC[byte - 0x80];
  return byte < 0xA0 && WESTERN[byte - 0x80] ? WESTERN[byte - 0x80] : byte;
}

char to_page(char16_t unit, uint page) {
  if (unit < 0x80) return static_cast<char>(unit);
  for (int byte = 0x80; byte < 0x100; ++byte) if (from_page(static_cast<unsigned char>(byte), page) == unit) return static_cast<char>(byte);
  return '?';
}
}  // namespace

std::string encoded(const string &text, uint codepage) {
  const uint page = real_page(codepage);
  if (page == CP_UTF8) return text.utf8();
  std::string out;
  for (char16_t unit : text.text()) out += to_page(unit, page);
  return out;
}

string decoded(const std::string &bytes, uint codepage) {
  const uint page = real_page(codepage);
  if (page == CP_UTF8) return string::from_utf8(bytes);
  std::u16string out;
  for (char byte : bytes) out += from_page(static_cast<unsigned char>(byte), page);
  return string(out);
}

string CharToString(uchar code) { return decoded(std::string(1, static_cast<char>(code)), CP_ACP); }

}  // namespace mql
