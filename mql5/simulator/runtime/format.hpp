// StringFormat and PrintFormat. A format that does not fit its arguments is a critical error here; MetaTrader
// prints garbage or an empty string.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "string.hpp"

namespace mql {

// One argument, with its width kept: `%d` for a long is what must be caught.
struct FormatArgument {
  std::variant<long, ulong, double, string> value;
  std::size_t size;  // bytes of an integer
};

template <class T>
FormatArgument format_argument(const T &value) {
  if constexpr (std::is_convertible_v<const T &, string>) return {string(value), 0};
  else if constexpr (std::is_floating_point_v<T>) return {static_cast<double>(value), sizeof(T)};
  else if constexpr (std::is_enum_v<T> || std::is_signed_v<T> || std::is_same_v<T, bool>) return {static_cast<long>(value), sizeof(T)};
  else return {static_cast<ulong>(value), sizeof(T)};
}

string formatted(const string &format, const std::vector<FormatArgument> &arguments);

template <class... A>
string StringFormat(const string format, const A &...arguments) { return formatted(format, {format_argument(arguments)...}); }

}  // namespace mql
