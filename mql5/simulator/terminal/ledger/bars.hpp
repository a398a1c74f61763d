// Closed bars per source, every version of each, and who reads them: what 20261123002800_bar_versions.sql keeps.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <vector>

#include "../common/decimal.hpp"
#include "../common/json.hpp"
#include "../common/moment.hpp"

namespace sim {

struct BarKey {
  std::string symbol, timeframe;
  Moment opened_at;  // UTC
  auto operator<=>(const BarKey &) const = default;
};

struct BarContent {
  Decimal open, high, low, close;
  long tick_volume = 0, spread_points = 0;
  auto operator<=>(const BarContent &) const = default;
};

using KnownBar = std::pair<BarKey, BarContent>;

// Which bars a strategy reads.
struct BarReader {
  std::string source, timeframe;
  std::vector<std::string> symbols;
  long warm_up_bars = 0;
  bool enabled = true;
};

class BarStore {
 public:
  using Versions = std::vector<BarContent>;  // the first is version 1, the last is what strategies read
  using Bars = std::map<BarKey, Versions>;

  struct Stored {
    long recorded = 0, duplicates = 0;
    std::vector<std::pair<BarKey, long>> restated;  // with the version they became, in order
  };
  // bars: of a bars_request. Throws Refusal, and then nothing of them is stored.
  Stored store(const std::string &source, const Json &bars, Moment at);
  void save(const std::string &strategy_id, BarReader reader) { readers_[strategy_id] = std::move(reader); }
  // As the answer of sync lists them.
  Json wanted(const std::string &source) const;
  const Bars &of(const std::string &source) const;

 private:
  std::map<std::string, Bars> bars_;  // by source
  std::map<std::string, BarReader> readers_;
};

// Of a valid document of contracts/schemas/bar.
KnownBar known_bar(const Json &document);
// How long a bar of a timeframe lasts.
Moment timeframe_length(const std::string &timeframe);
// The source of an account's own bars.
std::string source_of(const std::string &account_id);

}  // namespace sim
