// Dates: the arithmetic behind MqlDateTime, and its text.
#pragma once

#include "string.hpp"
#include "structs.hpp"

namespace mql {

MqlDateTime broken_down(datetime at);
datetime seconds_of(const MqlDateTime &parts);
// `mode` is a mask of TIME_DATE, TIME_MINUTES, TIME_SECONDS.
string time_text(datetime at, int mode);

}  // namespace mql
