// Strings to bytes and back. The arrays may be of uchar or char: MQL5 takes either.
#pragma once

#include <string>

#include "array.hpp"
#include "string.hpp"
#include "structs.hpp"

namespace mql {

// Bytes of a text; characters the page does not have become '?'. CP_ACP is the host's ANSI page.
std::string encoded(const string &text, uint codepage);
string decoded(const std::string &bytes, uint codepage);

template <class T>
concept Byte = std::is_same_v<T, uchar> || std::is_same_v<T, char>;

// The returned count includes the terminating zero unless `count` cuts it off.
template <Byte T>
int StringToCharArray(string text, Array<T> &array, int start = 0, int count = -1, uint codepage = CP_ACP) {
  const std::string bytes = encoded(text, codepage);
  long wanted = static_cast<long>(bytes.size()) + 1;
  if (count >= 0 && count < wanted) wanted = count;
  if (array.dynamic() && array.size() < start + wanted) array.resize(start + wanted);
  if (start + wanted > array.size()) wanted = array.size() - start;
  for (long i = 0; i < wanted; ++i) array[start + i] = static_cast<T>(bytes.c_str()[i]);
  return static_cast<int>(wanted);
}

// Reads up to the first zero, `count` elements or the end.
template <Byte T>
string CharArrayToString(const Array<T> &array, int start = 0, int count = -1, uint codepage = CP_ACP) {
  std::string bytes;
  for (long i = start; i < array.size() && (count < 0 || i < long(start) + count) && array[i] != 0; ++i) bytes += static_cast<char>(array[i]);
  return decoded(bytes, codepage);
}

}  // namespace mql
