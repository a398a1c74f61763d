// CopyRates, SeriesInfoInteger, Bars, iTime, PeriodSeconds: the bars that the terminal has, by the broker's clock.
#include <algorithm>

#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

long seconds_of(mql::ENUM_TIMEFRAMES timeframe) {
  const int number = timeframe == mql::PERIOD_CURRENT ? mql::Period() : timeframe;
  if (timeframe == mql::PERIOD_MN1) return 30 * 86400;
  if (timeframe == mql::PERIOD_W1) return 7 * 86400;
  return number > mql::PERIOD_M30 ? (number - 0x4000) * 3600L : number * 60L;
}

// Empty, with an error, if there are none.
std::vector<Bar> bars_of(const mql::string &symbol, mql::ENUM_TIMEFRAMES timeframe) {
  Terminal *terminal = calling();
  std::vector<Bar> bars;
  if (!terminal) return bars;
  if (!terminal->world().broker().instrument(symbol.utf8())) return mql::machine().set_error(mql::ERR_MARKET_UNKNOWN_SYMBOL), bars;
  bars = terminal->bars(symbol.utf8(), static_cast<Timeframe>(seconds_of(timeframe)));
  if (bars.empty()) mql::machine().set_error(mql::ERR_HISTORY_NOT_FOUND);
  return bars;
}

long after(const std::vector<Bar> &bars, long seconds) {
  return std::upper_bound(bars.begin(), bars.end(), seconds, [](long at, const Bar &bar) { return at < bar.opened; }) - bars.begin();
}

// The bars from one place to before another, oldest first whatever the direction of the array.
int copied(const std::vector<Bar> &bars, long first, long end, mql::Array<mql::MqlRates> &rates) {
  if (bars.empty()) return -1;
  first = std::max(first, 0L);
  const long count = end - first;
  if (count <= 0) return mql::machine().set_error(mql::ERR_HISTORY_NOT_FOUND), -1;
  if (rates.dynamic()) rates.resize(count);
  else if (rates.size() < count) return mql::machine().set_error(mql::ERR_SMALL_ARRAY), -1;
  for (long i = 0; i < count; ++i) {
    const Bar &bar = bars[static_cast<std::size_t>(first + i)];
    rates.data()[i] = {mql::datetime(bar.opened), bar.open, bar.high, bar.low, bar.close, bar.tick_volume, bar.spread_points, 0};
  }
  return static_cast<int>(count);
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

int PeriodSeconds(ENUM_TIMEFRAMES timeframe) { return static_cast<int>(seconds_of(timeframe)); }

int CopyRates(string symbol, ENUM_TIMEFRAMES timeframe, int start_pos, int count, Array<MqlRates> &rates) {
  const std::vector<Bar> bars = bars_of(symbol, timeframe);
  const long end = static_cast<long>(bars.size()) - start_pos;
  if (start_pos < 0) return machine().set_error(ERR_INVALID_PARAMETER), -1;
  if (start_pos > MAX_BARS - count) return machine().set_error(ERR_HISTORY_NOT_FOUND), -1;
  return copied(bars, end - count, end, rates);
}
int CopyRates(string symbol, ENUM_TIMEFRAMES timeframe, datetime start_time, int count, Array<MqlRates> &rates) {
  const std::vector<Bar> bars = bars_of(symbol, timeframe);
  const long end = after(bars, start_time);
  return copied(bars, end - count, end, rates);
}
int CopyRates(string symbol, ENUM_TIMEFRAMES timeframe, datetime start_time, datetime stop_time, Array<MqlRates> &rates) {
  const std::vector<Bar> bars = bars_of(symbol, timeframe);
  return copied(bars, after(bars, static_cast<long>(start_time) - 1), after(bars, stop_time), rates);
}

int Bars(string symbol, ENUM_TIMEFRAMES timeframe) { return static_cast<int>(bars_of(symbol, timeframe).size()); }
int Bars(string symbol, ENUM_TIMEFRAMES timeframe, datetime start_time, datetime stop_time) {
  const std::vector<Bar> bars = bars_of(symbol, timeframe);
  return static_cast<int>(std::max(0L, after(bars, stop_time) - after(bars, static_cast<long>(start_time) - 1)));
}

datetime iTime(const string symbol, ENUM_TIMEFRAMES timeframe, int shift) {
  const std::vector<Bar> bars = bars_of(symbol, timeframe);
  const bool there = shift >= 0 && shift < static_cast<int>(bars.size());
  return datetime(there ? bars[bars.size() - 1 - static_cast<std::size_t>(shift)].opened : 0);
}

bool SeriesInfoInteger(string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIES_INFO_INTEGER property, long &value) {
  const std::vector<Bar> bars = bars_of(symbol, timeframe);
  value = 0;
  switch (property) {
    case SERIES_BARS_COUNT: value = static_cast<long>(bars.size()); break;
    case SERIES_SYNCHRONIZED: value = !bars.empty(); break;
    case SERIES_LASTBAR_DATE: value = bars.empty() ? 0 : bars.back().opened; break;
    case SERIES_FIRSTDATE:
    case SERIES_SERVER_FIRSTDATE:
    case SERIES_TERMINAL_FIRSTDATE: value = bars.empty() ? 0 : bars.front().opened; break;
  }
  return !bars.empty();
}
long SeriesInfoInteger(string symbol, ENUM_TIMEFRAMES timeframe, ENUM_SERIES_INFO_INTEGER property) {
  long value = 0;
  SeriesInfoInteger(symbol, timeframe, property, value);
  return value;
}

}  // namespace mql
