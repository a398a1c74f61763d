// The reference's chapter "String Functions".
#include <algorithm>

#include "builtins.hpp"
#include "machine.hpp"

namespace mql {

namespace {
// Whatever Windows calls white space, as StringTrim removes it.
bool is_space(char16_t unit) { return unit == ' ' || (unit >= 9 && unit <= 13) || unit == 0xA0; }

// Simple case mapping: Latin, Greek, Cyrillic; other scripts keep their letters.
char16_t lower(char16_t unit) {
  if (unit >= u'A' && unit <= u'Z') return unit + 32;
  if ((unit >= 0xC0 && unit <= 0xDE && unit != 0xD7) || (unit >= 0x391 && unit <= 0x3A9) || (unit >= 0x410 && unit <= 0x42F)) return unit + 32;
  return unit >= 0x400 && unit <= 0x40F ? unit + 80 : unit;
}
char16_t upper(char16_t unit) {
  if (unit >= u'a' && unit <= u'z') return unit - 32;
  if ((unit >= 0xE0 && unit <= 0xFE && unit != 0xF7) || (unit >= 0x3B1 && unit <= 0x3C9 && unit != 0x3C2) || (unit >= 0x430 && unit <= 0x44F)) return unit - 32;
  return unit >= 0x450 && unit <= 0x45F ? unit - 80 : unit;
}
template <class F>
std::u16string mapped(std::u16string text, F map) {
  std::transform(text.begin(), text.end(), text.begin(), map);
  return text;
}
int sign(int value) { return (value > 0) - (value < 0); }
}  // namespace

int StringLen(string text) { return static_cast<int>(text.size()); }

int StringFind(string text, string wanted, int start) {
  if (start < 0 || start > text.size() || wanted.size() == 0) return -1;
  const auto at = text.text().find(wanted.text(), static_cast<std::size_t>(start));
  return at == std::u16string::npos ? -1 : static_cast<int>(at);
}

string StringSubstr(string text, int start, int length) {
  if (start < 0 || start >= text.size() || length == 0) return u""_s;
  return string(text.text().substr(static_cast<std::size_t>(start), length < 0 ? std::u16string::npos : static_cast<std::size_t>(length)));
}

int StringReplace(string &text, const string find, const string replacement) {
  if (find.size() == 0) return 0;
  int count = 0;
  std::u16string out;
  std::size_t from = 0, at = 0;
  const std::u16string &units = text.text();
  while ((at = units.find(find.text(), from)) != std::u16string::npos) {
    out.append(units, from, at - from).append(replacement.text());
    from = at + find.text().size(), ++count;
  }
  if (count > 0) text.edit() = out.append(units, from);
  return count;
}

int StringSplit(const string text, const ushort separator, Array<string> &result) {
  if (text.is_null()) return 0;
  result.resize(0);
  if (text.size() == 0) return 0;
  std::size_t from = 0;
  while (true) {
    const std::size_t at = text.text().find(static_cast<char16_t>(separator), from);
    result.resize(result.size() + 1);
    result[result.size() - 1] = string(text.text().substr(from, at - from));
    if (at == std::u16string::npos) return static_cast<int>(result.size());
    from = at + 1;
  }
}

int StringCompare(const string &left, const string &right, bool case_sensitive) {
  const int folded = sign(mapped(left.text(), lower).compare(mapped(right.text(), lower)));
  if (folded != 0 || !case_sensitive) return folded;
  return -sign(left.text().compare(right.text()));  // lower case sorts before upper case
}

ushort StringGetCharacter(string text, int position) {
  if (position < 0 || position >= text.size()) return machine().set_error(ERR_STRINGPOS_OUTOFRANGE), ushort(0);
  return text[position];
}

bool StringSetCharacter(string &text, int position, ushort value) {
  if (position < 0 || position > text.size()) return machine().set_error(ERR_STRINGPOS_OUTOFRANGE), false;
  std::u16string &units = text.edit();
  if (value == 0) units.resize(static_cast<std::size_t>(position));
  else if (position == static_cast<int>(units.size())) units += static_cast<char16_t>(value);
  else units[static_cast<std::size_t>(position)] = static_cast<char16_t>(value);
  return true;
}

int StringTrimLeft(string &text) {
  if (text.size() == 0) return 0;
  std::u16string &units = text.edit();
  const auto end = std::find_if_not(units.begin(), units.end(), is_space);
  const auto count = static_cast<int>(end - units.begin());
  units.erase(units.begin(), end);
  return count;
}

int StringTrimRight(string &text) {
  if (text.size() == 0) return 0;
  std::u16string &units = text.edit();
  const auto start = std::find_if_not(units.rbegin(), units.rend(), is_space).base();
  const auto count = static_cast<int>(units.end() - start);
  units.erase(start, units.end());
  return count;
}

bool StringToUpper(string &text) { return text.size() == 0 || (text.edit() = mapped(text.text(), upper), true); }
bool StringToLower(string &text) { return text.size() == 0 || (text.edit() = mapped(text.text(), lower), true); }
bool StringAdd(string &text, string tail) { return text += tail, true; }

bool StringFill(string &text, ushort unit) {
  if (unit == 0) text.edit().clear();
  else std::fill(text.edit().begin(), text.edit().end(), static_cast<char16_t>(unit));
  return true;
}

bool StringInit(string &text, int length, ushort unit) {
  if (length < 0) return false;
  if (length == 0) text = null;
  else text.edit().assign(unit ? static_cast<std::size_t>(length) : 0, static_cast<char16_t>(unit));
  return true;
}

bool StringReserve(string &text, uint capacity) { return text.edit().reserve(capacity), true; }

bool StringSetLength(string &text, uint length) {
  if (length > text.text().size()) return machine().set_error(ERR_STRING_SMALL_LEN), false;
  return text.edit().resize(length), true;
}

}  // namespace mql
