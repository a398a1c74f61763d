#include "moment.hpp"

#include <cstdio>

namespace sim {
namespace {

// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant's algorithm).
long days_of(long year, long month, long day) {
  year -= month <= 2;
  const long era = year / 400, of_era = year - era * 400;
  const long of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct Date {
  long year, month, day;
};

Date date_of(long days) {
  days += 719468;
  const long era = days / 146097, of_era = days - era * 146097;
  const long years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const long of_year = of_era - (365 * years + years / 4 - years / 100);
  const long shifted = (5 * of_year + 2) / 153;
  const long month = shifted + (shifted < 10 ? 3 : -9);
  return {years + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1};
}

bool number(std::string_view text, std::size_t at, std::size_t count, long &value) {
  value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  return true;
}

long days_in_month(long year, long month) {
  return month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1);
}

bool fraction(std::string_view text, long &microseconds) {
  microseconds = 0;
  if (text.size() == 1) return true;
  if (text.size() < 3 || text.size() > 8 || text[0] != '.') return false;
  const std::size_t digits = text.size() - 2;
  if (!number(text, 1, digits, microseconds)) return false;
  for (std::size_t i = digits; i < 6; ++i) microseconds *= 10;
  return true;
}

}  // namespace

std::string utc_text(Moment at) {
  const long days = at / (24 * HOUR), rest = at % (24 * HOUR);
  const Date date = date_of(days);
  char text[64];
  std::snprintf(text, sizeof text, "%04ld-%02ld-%02ldT%02ld:%02ld:%02ld", date.year, date.month, date.day,
                rest / HOUR, rest / MINUTE % 60, rest / SECOND % 60);
  std::string written = text;
  if (const long micros = rest % SECOND) {
    std::snprintf(text, sizeof text, ".%06ld", micros);
    written += text;
    while (written.back() == '0') written.pop_back();
  }
  return written + "Z";
}

bool parse_utc(std::string_view text, Moment &at) {
  if (text.size() < 20 || text.back() != 'Z' || text[4] != '-' || text[7] != '-' || text[10] != 'T' ||
      text[13] != ':' || text[16] != ':')
    return false;
  long year, month, day, hour, minute, second, micros;
  if (!number(text, 0, 4, year) || !number(text, 5, 2, month) || !number(text, 8, 2, day) || !number(text, 11, 2, hour) ||
      !number(text, 14, 2, minute) || !number(text, 17, 2, second) || !fraction(text.substr(19), micros))
    return false;
  if (year < 1970 || year > 2099 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) || hour > 23 ||
      minute > 59 || second > 59)
    return false;
  at = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * MINUTE + second * SECOND + micros;
  return true;
}

}  // namespace sim
