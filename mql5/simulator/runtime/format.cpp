// Takes a format apart and hands each specification to snprintf, after checking it against its argument.
#include "format.hpp"

#include <cstdio>

#include "errors.hpp"

namespace mql {

namespace {

struct Specification {
  std::string flags;  // flags, width and precision
  std::string length; // I64, I32, ll, l, h or nothing
  char kind = 0;
};

bool any_of(char16_t unit, const char *set) {
  for (; *set; ++set) if (unit == static_cast<char16_t>(*set)) return true;
  return false;
}

std::string take_while(const std::u16string &text, std::size_t &at, const char *set) {
  std::string out;
  while (at < text.size() && any_of(text[at], set)) out += static_cast<char>(text[at++]);
  return out;
}

// Reads what stands behind a `%`.
Specification specification(const std::u16string &text, std::size_t &at) {
  Specification out;
  out.flags = take_while(text, at, "-+ #0123456789.*");
  if (out.flags.find('*') != std::string::npos) critical("format: '*' is not supported");
  if (text.compare(at, 3, u"I64") == 0) out.length = "I64", at += 3;
  else if (text.compare(at, 3, u"I32") == 0) out.length = "I32", at += 3;
  else out.length = take_while(text, at, "hl");
  if (at >= text.size()) critical("format: ends inside a specification");
  out.kind = static_cast<char>(text[at++]);
  return out;
}

template <class T>
std::string printed(const Specification &spec, const char *length, T value) {
  const std::string format = "%" + spec.flags + length + spec.kind;
  char buffer[512];
  const int size = std::snprintf(buffer, sizeof buffer, format.c_str(), value);
  if (size < 0 || size >= static_cast<int>(sizeof buffer)) critical("format: result is too long");
  return buffer;
}

std::u16string padded(const Specification &spec, std::u16string text) {
  const bool left = spec.flags.find('-') != std::string::npos;
  const std::size_t dot = spec.flags.find('.');
  if (dot != std::string::npos) text = text.substr(0, std::stoul("0" + spec.flags.substr(dot + 1)));
  const std::string digits = spec.flags.substr(0, dot).substr(left ? 1 : 0);
  const std::size_t width = digits.empty() ? 0 : std::stoul(digits);
  if (text.size() < width) text.insert(left ? text.size() : 0, width - text.size(), u' ');
  return text;
}

std::string integer(const Specification &spec, const FormatArgument &argument) {
  const bool wide = spec.length == "I64" || spec.length == "ll";
  if (argument.size == 8 && !wide) critical("format: a 64-bit number needs %I64" + std::string(1, spec.kind));
  if (argument.size < 8 && wide) critical("format: %I64" + std::string(1, spec.kind) + " with a number of fewer bits");
  if (const long *number = std::get_if<long>(&argument.value)) {
    return argument.size == 8 ? printed(spec, "l", *number) : printed(spec, "", static_cast<int>(*number));
  }
  const ulong number = std::get<ulong>(argument.value);
  return argument.size == 8 ? printed(spec, "l", number) : printed(spec, "", static_cast<uint>(number));
}

std::u16string one(const Specification &spec, const FormatArgument &argument) {
  const bool text = std::holds_alternative<string>(argument.value);
  const bool real = std::holds_alternative<double>(argument.value);
  if (spec.kind == 's' && text) return padded(spec, std::get<string>(argument.value).text());
  if (any_of(static_cast<char16_t>(spec.kind), "diuxXo") && !text && !real) return utf16_of(integer(spec, argument));
  if (any_of(static_cast<char16_t>(spec.kind), "fFeEgG") && real) return utf16_of(printed(spec, "", std::get<double>(argument.value)));
  if (spec.kind == 'c' && !text && !real) {
    const long *code = std::get_if<long>(&argument.value);
    return std::u16string(1, static_cast<char16_t>(code ? static_cast<ulong>(*code) : std::get<ulong>(argument.value)));
  }
  critical(std::string("format: %") + spec.kind + " does not fit its argument");
}

}  // namespace

string formatted(const string &format, const std::vector<FormatArgument> &arguments) {
  const std::u16string &text = format.text();
  std::u16string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != u'%') {
      out += text[at++];
      continue;
    }
    if (++at < text.size() && text[at] == u'%') {
      out += text[at++];
      continue;
    }
    const Specification spec = specification(text, at);
    if (used == arguments.size()) critical("format: more specifications than arguments");
    out += one(spec, arguments[used++]);
  }
  if (used != arguments.size()) critical("format: more arguments than specifications");
  return string(out);
}

}  // namespace mql
