// Moments: microseconds since 1970 in UTC, and their text in the contracts.
#pragma once

#include <string>
#include <string_view>

namespace sim {

using Moment = long;  // microseconds

constexpr Moment MILLISECOND = 1'000;
constexpr Moment SECOND = 1'000'000;
constexpr Moment MINUTE = 60 * SECOND;
constexpr Moment HOUR = 60 * MINUTE;

// "2026-01-05T14:00:00.25Z": a fraction only where there is one.
std::string utc_text(Moment at);
// False for anything the contracts do not call a timestamp.
bool parse_utc(std::string_view text, Moment &at);

}  // namespace sim
