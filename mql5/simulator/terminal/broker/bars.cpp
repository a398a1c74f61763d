#include "bars.hpp"

#include <algorithm>

namespace sim {
namespace {

constexpr Timeframe LENGTHS[] = {Timeframe::m1, Timeframe::m5, Timeframe::m15, Timeframe::m30, Timeframe::h1, Timeframe::h4, Timeframe::d1};

long opening(long server_seconds, Timeframe length) { return server_seconds - server_seconds % static_cast<long>(length); }

// -10 to 10, without a pattern to the eye.
long noise(long opened) { return static_cast<long>(static_cast<unsigned long>(opened) * 0x9E37'79B9'7F4A'7C15UL >> 40) % 21 - 10; }

}  // namespace

void BarHistory::tick(const std::string &symbol, long server_seconds, double bid, int spread_points) {
  for (const Timeframe length : LENGTHS) {
    std::vector<Bar> &bars = bars_[{symbol, length}];
    const long opened = opening(server_seconds, length);
    if (bars.empty() || opened > bars.back().opened) bars.push_back({opened, bid, bid, bid, bid, 0, spread_points});
    Bar &bar = bars.back();
    bar.high = std::max(bar.high, bid);
    bar.low = std::min(bar.low, bid);
    bar.close = bid;
    ++bar.tick_volume;
  }
}

void BarHistory::preload(const std::string &symbol, Timeframe length, int count, long until, double price, double point) {
  std::vector<Bar> &bars = bars_[{symbol, length}];
  long opened = bars.empty() ? opening(until, length) : bars.front().opened;
  std::vector<Bar> older;
  for (int i = 0; i < count; ++i) {
    opened -= static_cast<long>(length);
    const double open = price + static_cast<double>(noise(opened)) * point, reach = 10 * point;
    older.push_back({opened, open, std::max(open, price) + reach, std::min(open, price) - reach, price, 40 + noise(opened), 12});
    price = open;
  }
  bars.insert(bars.begin(), older.rbegin(), older.rend());
}

Bar *BarHistory::at(const Key &key, std::size_t position) {
  const auto found = bars_.find(key);
  return found == bars_.end() || position >= found->second.size() ? nullptr : &*(found->second.rbegin() + static_cast<long>(position));
}

bool BarHistory::remove(const std::string &symbol, Timeframe length, std::size_t position) {
  const Bar *bar = at({symbol, length}, position);
  if (!bar) return false;
  std::vector<Bar> &bars = bars_.at({symbol, length});
  bars.erase(bars.begin() + (bar - bars.data()));
  return true;
}

bool BarHistory::restate(const std::string &symbol, Timeframe length, std::size_t position, double by) {
  Bar *bar = at({symbol, length}, position);
  if (!bar) return false;
  bar->close += by;
  bar->high = std::max(bar->high, bar->close);
  return true;
}

const std::vector<Bar> &BarHistory::of(const std::string &symbol, Timeframe length) const {
  static const std::vector<Bar> none;
  const auto found = bars_.find({symbol, length});
  return found == bars_.end() ? none : found->second;
}

}  // namespace sim
