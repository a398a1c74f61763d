// Time functions: the clock is the host's, the calendar is computed here.
#include "time.hpp"

#include <cstdio>

#include "builtins.hpp"
#include "machine.hpp"

namespace mql {

namespace {
constexpr long DAY = 86400;
constexpr long ERA_DAYS = 146097;  // 400 years
constexpr long EPOCH = 719468;     // days from 0000-03-01 to 1970-01-01

long days_from_civil(long year, long month, long day) {
  year -= month <= 2;
  const long era = year / 400, year_of_era = year % 400;
  const long day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH;
}

long utc_seconds() { return machine().host().utc_microseconds() / 1'000'000; }
datetime with_parts(datetime at, MqlDateTime &parts) { return parts = broken_down(at), at; }
}  // namespace

MqlDateTime broken_down(datetime at) {
  const long seconds = at, days = seconds / DAY, rest = seconds % DAY;
  const long shifted = days + EPOCH, era = shifted / ERA_DAYS, day_of_era = shifted % ERA_DAYS;
  const long year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const long month = (5 * day_of_year + 2) / 153;
  MqlDateTime out{};
  out.day = static_cast<int>(day_of_year - (153 * month + 2) / 5 + 1);
  out.mon = static_cast<int>(month < 10 ? month + 3 : month - 9);
  out.year = static_cast<int>(year_of_era + era * 400 + (out.mon <= 2));
  out.hour = static_cast<int>(rest / 3600), out.min = static_cast<int>(rest / 60 % 60), out.sec = static_cast<int>(rest % 60);
  out.day_of_week = static_cast<int>((days + 4) % 7);
  out.day_of_year = static_cast<int>(days - days_from_civil(out.year, 1, 1));
  return out;
}

datetime seconds_of(const MqlDateTime &parts) {
  return datetime(days_from_civil(parts.year, parts.mon, parts.day) * DAY + parts.hour * 3600L + parts.min * 60L + parts.sec);
}

string time_text(datetime at, int mode) {
  const MqlDateTime parts = broken_down(at);
  char date[48] = "", clock[48] = "";
  if (mode & TIME_DATE) std::snprintf(date, sizeof date, "%04d.%02d.%02d", parts.year, parts.mon, parts.day);
  if (mode & TIME_SECONDS) std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", parts.hour, parts.min, parts.sec);
  else if (mode & TIME_MINUTES) std::snprintf(clock, sizeof clock, "%02d:%02d", parts.hour, parts.min);
  return string::from_utf8(std::string(date) + (*date && *clock ? " " : "") + clock);
}

string TimeToString(datetime value, int mode) { return time_text(value, mode); }

datetime StringToTime(const string time_string) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const std::string text = time_string.utf8();
  const int read = std::sscanf(text.c_str(), "%d.%d.%d %d:%d:%d", &year, &month, &day, &hour, &minute, &second);
  if (read < 3) {  // a time alone means today
    MqlDateTime today = broken_down(TimeLocal());
    if (std::sscanf(text.c_str(), "%d:%d:%d", &hour, &minute, &second) < 2) return machine().set_error(ERR_WRONG_STRING_DATE), datetime(0);
    year = today.year, month = today.mon, day = today.day;
  }
  MqlDateTime parts{};
  parts.year = year, parts.mon = month, parts.day = day, parts.hour = hour, parts.min = minute, parts.sec = second;
  return seconds_of(parts);
}

datetime TimeCurrent() { return datetime(machine().host().last_tick_seconds()); }
datetime TimeTradeServer() { return datetime(utc_seconds() + machine().host().server_offset_seconds()); }
datetime TimeLocal() { return datetime(utc_seconds() + machine().host().local_offset_seconds()); }
datetime TimeGMT() { return datetime(utc_seconds()); }
datetime TimeCurrent(MqlDateTime &parts) { return with_parts(TimeCurrent(), parts); }
datetime TimeTradeServer(MqlDateTime &parts) { return with_parts(TimeTradeServer(), parts); }
datetime TimeLocal(MqlDateTime &parts) { return with_parts(TimeLocal(), parts); }
datetime TimeGMT(MqlDateTime &parts) { return with_parts(TimeGMT(), parts); }
int TimeGMTOffset() { return static_cast<int>(-machine().host().local_offset_seconds()); }
bool TimeToStruct(datetime dt, MqlDateTime &parts) { return parts = broken_down(dt), true; }
datetime StructToTime(MqlDateTime &parts) { return seconds_of(parts); }

ulong GetMicrosecondCount() { return machine().host().uptime_microseconds(); }
ulong GetTickCount64() { return GetMicrosecondCount() / 1000; }
uint GetTickCount() { return static_cast<uint>(GetTickCount64()); }

}  // namespace mql
