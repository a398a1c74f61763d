// The prices a broker has seen, as bars of every length, by the broker's own clock.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace sim {

// Seconds that a bar lasts.
enum class Timeframe : long { m1 = 60, m5 = 300, m15 = 900, m30 = 1'800, h1 = 3'600, h4 = 14'400, d1 = 86'400 };

struct Bar {
  long opened = 0;  // seconds of the broker's clock
  double open = 0, high = 0, low = 0, close = 0;
  long tick_volume = 0;
  int spread_points = 0;  // when it opened
};

// A market that nobody trades in makes no bars: times without a price are holes.
class BarHistory {
 public:
  // A price: it opens a bar of every length, or moves the one that is open. Late ones count for the open bar.
  void tick(const std::string &symbol, long server_seconds, double bid, int spread_points);
  // Makes up the `count` bars of one length before the oldest there is, or before `until` where there is none: a
  // walk that ends at `price` in steps of up to 10 points, the same for the same arguments.
  void preload(const std::string &symbol, Timeframe length, int count, long until, double price, double point);
  // Takes out the bar at a position as terminals count: 0 is open, 1 the newest closed one. False if there is none.
  bool remove(const std::string &symbol, Timeframe length, std::size_t position);
  // States such a bar anew: it closes, and if need be reaches, `by` higher. False if there is none.
  bool restate(const std::string &symbol, Timeframe length, std::size_t position, double by);
  // Oldest first; the last one is open until a price of a later one comes.
  const std::vector<Bar> &of(const std::string &symbol, Timeframe length) const;

 private:
  using Key = std::pair<std::string, Timeframe>;
  Bar *at(const Key &key, std::size_t position);

  std::map<Key, std::vector<Bar>> bars_;
};

}  // namespace sim
