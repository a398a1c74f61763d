// The MQL5 string: UTF-16, with a NULL state that differs from an empty string.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "types.hpp"

namespace mql {

std::string utf8_of(std::u16string_view text);
std::u16string utf16_of(std::string_view text);

// Copies share their text until one of them is changed: MQL5 hands strings on by value everywhere.
class string {
 public:
  string() = default;
  string(null_t) {}
  // Text up to the first terminating zero, as the language sees it.
  string(std::u16string text) : text_(std::make_shared<std::u16string>(std::move(text))) { cut(); }
  string(const char16_t *text) : text_(std::make_shared<std::u16string>(text)) {}
  static string from_utf8(std::string_view text) { return string(utf16_of(text)); }

  // Casts: `(string)value` and `(double)text`. Neither happens by itself: MetaEditor warns where it would.
  template <Number T>
  explicit string(T value);
  explicit string(datetime value);
  explicit string(color value);
  template <Number T>
  explicit operator T() const;

  bool is_null() const { return !text_; }
  const std::u16string &text() const { return text_ ? *text_ : nothing(); }
  std::u16string &edit() {
    if (text_.use_count() != 1) text_ = std::make_shared<std::u16string>(text());
    return *text_;
  }
  std::string utf8() const { return utf8_of(text()); }
  long size() const { return static_cast<long>(text().size()); }
  ushort operator[](long position) const;

  string &operator+=(const string &tail) { edit() += tail.text(); return *this; }
  friend string operator+(const string &left, const string &right) { return string(left.text() + right.text()); }
  friend bool operator==(const string &left, const string &right) { return left.is_null() == right.is_null() && left.text() == right.text(); }
  friend bool operator==(const string &left, null_t) { return left.is_null(); }
  friend auto operator<=>(const string &left, const string &right) { return left.text() <=> right.text(); }

 private:
  static const std::u16string &nothing() {
    static const std::u16string none;
    return none;
  }
  void cut() { if (auto end = text_->find(u'\0'); end != std::u16string::npos) text_->resize(end); }
  std::shared_ptr<std::u16string> text_;  // none: NULL
};

// A literal's string is made once: the same place holds the same text for as long as the process lives.
string operator""_s(const char16_t *text, std::size_t size);

// Numbers as Print and casts show them.
string text_of(long value);
string text_of(ulong value);
string text_of(double value);
string text_of(float value);
string text_of(datetime value);
string text_of(color value);
double number_in(const string &text);
long integer_in(const string &text);

inline string text_of(const string &value) { return value; }
inline string text_of(null_t) { return u"NULL"_s; }
template <Number T>
string text_of(T value) {
  if constexpr (std::is_same_v<T, bool>) return value ? u"true"_s : u"false"_s;
  else if constexpr (std::is_floating_point_v<T>) return text_of(static_cast<std::conditional_t<sizeof(T) == 4, float, double>>(value));
  else if constexpr (std::is_unsigned_v<T>) return text_of(static_cast<ulong>(value));
  else return text_of(static_cast<long>(value));
}

template <Number T>
string::string(T value) : string(text_of(value)) {}
inline string::string(datetime value) : string(text_of(value)) {}
inline string::string(color value) : string(text_of(value)) {}

template <Number T>
string::operator T() const {
  if constexpr (std::is_same_v<T, bool>) return text() == u"true" || integer_in(*this) != 0;
  else if constexpr (std::is_floating_point_v<T>) return static_cast<T>(number_in(*this));
  else return static_cast<T>(integer_in(*this));
}

}  // namespace mql
