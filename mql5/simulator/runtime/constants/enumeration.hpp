// Defines an enumeration and its EnumToString from one list of X(name, number).
#pragma once

#include <cstdio>

#include "../string.hpp"

// MQL5 has enumerators of these names.
#undef SEEK_SET
#undef SEEK_CUR
#undef SEEK_END

#define MQL_ENUMERATOR(name, number) name = number,
#define MQL_ENUMERATOR_NAME(name, number) \
  if (value == name) return string(u"" #name);
#define MQL_ENUMERATION(kind)                                                      \
  enum kind : int { MQL_##kind(MQL_ENUMERATOR) };                                  \
  inline string EnumToString(kind value) {                                         \
    MQL_##kind(MQL_ENUMERATOR_NAME) return string(u"" #kind "::") + string(static_cast<int>(value)); \
  }
