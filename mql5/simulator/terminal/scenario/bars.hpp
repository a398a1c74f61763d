// Whether the ledger got the bars that its strategies read as the broker has them, and each no oftener than needed.
#pragma once

#include <map>
#include <set>

#include "../broker/bars.hpp"
#include "../ledger/bars.hpp"
#include "violation.hpp"

namespace sim {

class World;

// A bar of the broker as the contracts write it; symbol: the ledger's name.
KnownBar told(const World &world, const std::string &symbol, const std::string &timeframe, const Bar &bar);
// The bar at a position as terminals count: 1 is the newest closed one. Throws std::out_of_range.
KnownBar bar_at(const World &world, const std::string &symbol, const std::string &timeframe, std::size_t position);
// The broker corrects that bar: it closes `points` higher.
void restate(World &world, const std::string &symbol, const std::string &timeframe, std::size_t position, double points);
// As contracts/schemas/bar writes it.
Json document_of(const KnownBar &bar);

// The account whose officer is asked for bars.
extern const char *const BARS_OF;

// What the ledger has not got, or not right.
void missing_bars(const World &world, std::vector<Violation> &found);
// Directives that were traded later than without bars, and an officer that trades no more because of them.
void delayed_trading(const World &world, std::vector<Violation> &found);
// What it got and should not have: bars that never were, and the same ones again and again.
void needless_bars(const World &world, std::vector<Violation> &found);

}  // namespace sim
