#include "bars.hpp"

#include <algorithm>

#include "ledger.hpp"

namespace sim {
namespace {

constexpr std::size_t MOST_VERSIONS = 1000;
constexpr std::size_t MOST_WANTED = 1000;

Decimal decimal(const Json &value) {
  Decimal parsed;
  Decimal::parse(value.text(), parsed);
  return parsed;
}

// 5.0 is an integer of the contracts too.
long whole(const Json &value) { return static_cast<long>(value.number()); }

bool consistent(const KnownBar &bar) {
  const auto &[open, high, low, close, tick_volume, spread_points] = bar.second;
  return high >= std::max({open, close, low}) && low <= std::min(open, close) && bar.first.opened_at % MINUTE == 0;
}

void require_possible(const std::vector<KnownBar> &bars, Moment at) {
  for (const KnownBar &bar : bars)
    if (!consistent(bar))
      throw Refusal{"bar_inconsistent",
                    "The bar of " + utc_text(bar.first.opened_at) + " does not lie between its own low and high, or does not open on a whole minute.",
                    "Check the source of the bars; nothing of this request was stored."};
  for (const auto &[key, content] : bars)
    if (key.opened_at + timeframe_length(key.timeframe) > at)
      throw Refusal{"bar_not_closed", "The bar of " + utc_text(key.opened_at) + " is still open at " + utc_text(at) + ".",
                    "Send closed bars only; nothing of this request was stored."};
}

}  // namespace

KnownBar known_bar(const Json &document) {
  Moment opened_at = 0;
  parse_utc(document["opened_at"].text(), opened_at);
  return {{document["symbol"].text(), document["timeframe"].text(), opened_at},
          {decimal(document["open"]), decimal(document["high"]), decimal(document["low"]), decimal(document["close"]),
           whole(document["tick_volume"]), whole(document["spread_points"])}};
}

Moment timeframe_length(const std::string &timeframe) {
  const long units = std::stol(timeframe.substr(1));
  return units * (timeframe[0] == 'M' ? MINUTE : timeframe[0] == 'H' ? HOUR : 24 * HOUR);
}

std::string source_of(const std::string &account_id) { return "account:" + account_id; }

BarStore::Stored BarStore::store(const std::string &source, const Json &documents, Moment at) {
  std::vector<KnownBar> bars;
  for (const Json &document : documents.items()) bars.push_back(known_bar(document));
  require_possible(bars, at);
  Bars kept = of(source);
  Stored stored;
  for (const auto &[key, content] : bars) {
    Versions &versions = kept[key];
    // Equal to any version is known: numbers that come again late must not take back what replaced them.
    if (std::find(versions.begin(), versions.end(), content) != versions.end()) {
      ++stored.duplicates;
      continue;
    }
    if (versions.size() == MOST_VERSIONS)
      throw Refusal{"bar_restated_too_often", "The bar of " + utc_text(key.opened_at) + " has 1000 versions.",
                    "A source that never says the same twice is broken: look at it. Nothing of this request was stored."};
    versions.push_back(content);
    if (versions.size() == 1) ++stored.recorded;
    else stored.restated.emplace_back(key, static_cast<long>(versions.size()));
  }
  std::sort(stored.restated.begin(), stored.restated.end());
  bars_[source] = std::move(kept);
  return stored;
}

Json BarStore::wanted(const std::string &source) const {
  std::map<std::pair<std::string, std::string>, long> counts;
  for (const auto &[strategy_id, reader] : readers_)
    if (reader.enabled && reader.source == source)
      for (const std::string &symbol : reader.symbols) {
        long &count = counts[{symbol, reader.timeframe}];
        count = std::max(count, reader.warm_up_bars);
      }
  Json documents = Json::array();
  const Bars &bars = of(source);
  for (const auto &[item, count] : counts) {
    if (documents.items().size() == MOST_WANTED) break;
    const auto &[symbol, timeframe] = item;
    auto newest = bars.lower_bound({symbol, timeframe, INT64_MAX});
    const bool found = newest != bars.begin() && (--newest)->first.symbol == symbol && newest->first.timeframe == timeframe;
    documents.push(Json::object({{"symbol", symbol},
                                 {"timeframe", timeframe},
                                 {"count", count},
                                 {"newest_opened_at", found ? Json(utc_text(newest->first.opened_at)) : Json()}}));
  }
  return documents;
}

const BarStore::Bars &BarStore::of(const std::string &source) const {
  static const Bars none;
  const auto found = bars_.find(source);
  return found == bars_.end() ? none : found->second;
}

// --- the ledger's calls -----------------------------------------------------------------------------

void Ledger::save_strategy(const Json &document) {
  BarReader reader{document["bar_source"].text(), document["timeframe"].text(), {}, whole(document["warm_up_bars"]), document["enabled"].boolean()};
  for (const Json &symbol : document["symbols"].items()) reader.symbols.push_back(symbol.text());
  bars_.save(document["strategy_id"].text(), std::move(reader));
}

Json Ledger::store_bars(const std::string &account_id, const Json &request, Moment at) {
  const BarStore::Stored stored = bars_.store(source_of(account_id), request["bars"], at);
  if (stored.recorded || !stored.restated.empty()) ++revision_;
  Json restated = Json::array();
  for (const auto &[key, version] : stored.restated)
    restated.push(Json::object({{"symbol", key.symbol}, {"timeframe", key.timeframe}, {"opened_at", utc_text(key.opened_at)}, {"version", version}}));
  return Json::object({{"server_time", utc_text(at)},
                       {"recorded", stored.recorded},
                       {"duplicates", stored.duplicates},
                       {"restated", std::move(restated)}});
}

}  // namespace sim
