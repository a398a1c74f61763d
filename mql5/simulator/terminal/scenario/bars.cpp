#include "bars.hpp"

#include <algorithm>
#include <cmath>

#include "stories.hpp"
#include "world.hpp"

namespace sim {

const char *const BARS_OF = "demo-1";

namespace {

using Found = std::vector<Violation>;

// The simulated broker's clock goes by Athens' hour and New York's dates, as brokers' do: set back for the last time on
// 2025-11-02 at 06:00 UTC. Written down here on its own, for the officer works it out by a rule.
constexpr long WINTER_OFFSET = 7200, SUMMER_OFFSET = 10800;
constexpr long WINTER_BEGAN = 1'762'063'200;  // UTC

constexpr long FOR_EVER = 9999;                // calls
constexpr Moment LONGEST_ANSWER = 3 * SECOND;  // InpTimeoutMs of every scenario

Moment utc_of(long broker_seconds) {
  const bool summer = broker_seconds - SUMMER_OFFSET < WINTER_BEGAN;
  return (broker_seconds - (summer ? SUMMER_OFFSET : WINTER_OFFSET)) * SECOND;
}

Timeframe length_of(const std::string &timeframe) { return static_cast<Timeframe>(timeframe_length(timeframe) / SECOND); }

std::string name(const BarKey &key) { return key.symbol + " " + key.timeframe + " " + utc_text(key.opened_at); }

// Bars that the broker has closed and the ledger would take. Oldest first.
std::vector<KnownBar> closed_bars(const World &world, const std::string &symbol, const std::string &timeframe) {
  std::vector<KnownBar> closed;
  const std::vector<Bar> &bars = world.broker().bars().of(symbol + SYMBOL_SUFFIX, length_of(timeframe));
  for (std::size_t i = 0; i + 1 < bars.size(); ++i) {
    KnownBar bar = told(world, symbol, timeframe, bars[i]);
    if (bar.first.opened_at + timeframe_length(timeframe) <= world.now()) closed.push_back(std::move(bar));
  }
  return closed;
}

// Whether no bars ever get through.
bool shut(const Fault &fault) {
  return fault.kind.starts_with("web-") && fault.target == "bars" && fault.count >= FOR_EVER && fault.kind != "web-twice" && fault.kind != "web-slow";
}

// How often an officer may have had to begin anew, or again.
long excuses(const World &world) {
  static const std::set<std::string> restarts = {"reload", "torn", "journal-gone", "journal-moved"};
  long count = static_cast<long>(world.terminals.size() + world.crashes_so_far()) + world.faults().struck();
  for (const Fault &fault : world.faults().all()) count += restarts.contains(fault.kind) * static_cast<long>(world.terminals.size());
  return count;
}

}  // namespace

KnownBar told(const World &world, const std::string &symbol, const std::string &timeframe, const Bar &bar) {
  const int digits = world.broker().instruments().at(symbol + SYMBOL_SUFFIX).digits;
  const auto price = [digits](double value) { return Decimal::of(value, digits); };
  return {{symbol, timeframe, utc_of(bar.opened)},
          {price(bar.open), price(bar.high), price(bar.low), price(bar.close), bar.tick_volume, bar.spread_points}};
}

KnownBar bar_at(const World &world, const std::string &symbol, const std::string &timeframe, std::size_t position) {
  const std::vector<Bar> &bars = world.broker().bars().of(symbol + SYMBOL_SUFFIX, length_of(timeframe));
  return told(world, symbol, timeframe, bars.at(bars.size() - 1 - position));
}

void restate(World &world, const std::string &symbol, const std::string &timeframe, std::size_t position, double points) {
  world.former_bars.insert(bar_at(world, symbol, timeframe, position));
  const double point = std::pow(10.0, -world.broker().instruments().at(symbol + SYMBOL_SUFFIX).digits);
  world.broker().bars().restate(symbol + SYMBOL_SUFFIX, length_of(timeframe), position, points * point);
}

Json document_of(const KnownBar &bar) {
  const auto &[key, content] = bar;
  return Json::object({{"symbol", key.symbol},
                       {"timeframe", key.timeframe},
                       {"opened_at", utc_text(key.opened_at)},
                       {"open", content.open.text()},
                       {"high", content.high.text()},
                       {"low", content.low.text()},
                       {"close", content.close.text()},
                       {"tick_volume", content.tick_volume},
                       {"spread_points", content.spread_points}});
}

void missing_bars(const World &world, Found &found) {
  if (std::any_of(world.faults().all().begin(), world.faults().all().end(), shut)) return;
  const std::string source = source_of(BARS_OF);
  const BarStore::Bars &stored = world.ledger.bars().of(source);
  const Json wanted = world.ledger.bars().wanted(source);
  for (const Json &item : wanted.items()) {
    const std::vector<KnownBar> closed = closed_bars(world, item["symbol"].text(), item["timeframe"].text());
    const std::size_t count = std::min(closed.size(), static_cast<std::size_t>(item["count"].integer()));
    for (std::size_t i = closed.size() - count; i < closed.size(); ++i) {
      const auto &[key, content] = closed[i];
      const auto versions = stored.find(key);
      if (versions == stored.end()) found.push_back({"missing_bar", name(key) + " is not in the ledger"});
      else if (versions->second.back() != content) found.push_back({"missing_bar", name(key) + " is not in the ledger as it is now"});
    }
  }
}

void delayed_trading(const World &world, Found &found) {
  if (world.ledger.bars().of(source_of(BARS_OF)).empty() || !world.only_bars_fail()) return;
  // A poll, an acknowledgement and an order, and the one answer that may have to be waited for.
  const Moment most = world.ledger.poll_idle_ms * MILLISECOND + 1500 * MILLISECOND + (world.faults().struck() ? LONGEST_ANSWER : 0);
  for (const auto &[no, directive] : world.ledger.directives()) {
    const auto traded = world.traded_at.find(no);
    if (traded == world.traded_at.end() || traded->second > directive.issued_at + most)
      found.push_back({"delayed_trading", "directive " + std::to_string(no) + " was traded late or not at all"});
  }
  for (const auto &terminal : world.terminals)
    for (const std::string &alert : terminal->alerts)
      if (alert.find("Trading stops") != std::string::npos) found.push_back({"delayed_trading", "the officer says: " + alert});
}

void needless_bars(const World &world, Found &found) {
  for (const auto &[key, versions] : world.ledger.bars().of(source_of(BARS_OF))) {
    std::set<KnownBar> existing;
    for (KnownBar &bar : closed_bars(world, key.symbol, key.timeframe)) existing.insert(std::move(bar));
    for (const BarContent &content : versions)
      if (!existing.contains({key, content}) && !world.former_bars.contains({key, content}))
        found.push_back({"wrong_bar", name(key) + " never was like that at the broker"});
  }
  for (const auto &[bar, count] : world.bars_sent)
    if (count > excuses(world)) found.push_back({"needless_bar", name(bar.first) + " was sent " + std::to_string(count) + " times"});
}

}  // namespace sim
