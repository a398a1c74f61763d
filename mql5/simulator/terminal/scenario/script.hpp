// The words stories are written in: directives, prices, halts, bars.
#pragma once

#include <string>

#include "world.hpp"

namespace sim {

// A directive to come; decimals as the contracts write them, empty for null.
struct Proposal {
  long no;
  std::string symbol = "EURUSD", action = "open", side = "buy", order_type = "market";
  std::string volume_lots = "0.1", price = "", stop_loss = "", take_profit = "";
  long target = 0;
  double lives_seconds = 120;  // 0: never expires
  long priority = 5;
};

// Issues it at that second; a close or modify as soon as its target is filled, as a director would, and not at
// all if that cannot happen any more or does not happen within two minutes.
void direct(World &world, double second, const Proposal &proposal);
// The bid jumps there.
void price(World &world, double second, const std::string &symbol, double bid);
void halt(World &world, double second, const std::string &scope, const std::string &value);
void resume(World &world, double second, const std::string &scope, const std::string &value);
// A strategy that reads the newest `count` bars of this account from the start.
void read_bars(World &world, const std::string &symbol, const std::string &timeframe, long count);
// Bars that the ledger has from an earlier run: those at these positions, see bar_at().
void have_bars(World &world, const std::string &symbol, const std::string &timeframe, const std::vector<std::size_t> &positions);
// The broker corrects the bar at a position.
void correct_bar(World &world, double second, const std::string &symbol, const std::string &timeframe, std::size_t position);
// Every terminal loses its connection for a while.
void disconnect(World &world, double second, double lasts);
// The faults of a moment, from the plan of the run.
void script_faults(World &world);

std::string directive_id(long no);

}  // namespace sim
