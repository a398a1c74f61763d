// What a program says: to the journal, in a window, on the chart.
#pragma once

#include "format.hpp"
#include "machine.hpp"
#include "string.hpp"

namespace mql {

template <class... A>
string joined(const A &...parts) {
  string out = u""_s;
  ((out += text_of(parts)), ...);
  return out;
}

template <class... A>
void Print(const A &...parts) { if (!machine().dead()) machine().host().print(joined(parts...).utf8()); }
template <class... A>
void PrintFormat(const string format, const A &...arguments) { Print(StringFormat(format, arguments...)); }
template <class... A>
void Alert(const A &...parts) { if (!machine().dead()) machine().host().alert(joined(parts...).utf8()); }
template <class... A>
void Comment(const A &...parts) { if (!machine().dead()) machine().host().comment(joined(parts...).utf8()); }
template <class... A>
int StringConcatenate(string &out, const A &...parts) { return out = joined(parts...), static_cast<int>(out.size()); }

}  // namespace mql
