#include "stories.hpp"

#include <cmath>

#include "bars.hpp"
#include "script.hpp"

namespace sim {

const char *const SYMBOL_SUFFIX = ".r";

namespace {

Instrument forex(const char *name) {
  Instrument made;
  made.name = std::string(name) + SYMBOL_SUFFIX;
  made.commission_per_lot = 3.5;
  made.swap_per_lot = -0.7;
  made.tick_value = 0.9;
  return made;
}

Instrument gold() {
  Instrument made;
  made.name = std::string("XAUUSD") + SYMBOL_SUFFIX;
  made.digits = 2;
  made.tick_size = 0.01;
  made.tick_value = 0.9;
  made.contract_size = 100;
  made.filling_mask = 1;  // FOK only
  made.stops_level = 50;
  made.liquidity = 0.02;
  made.slip_points = 3;
  made.commission_per_lot = 5;
  return made;
}

// Traded on an exchange: orders name their price and leave what is not filled in the book.
Instrument index() {
  Instrument made;
  made.name = std::string("GER40") + SYMBOL_SUFFIX;
  made.digits = 1;
  made.tick_size = 0.5;
  made.tick_value = 0.5;
  made.contract_size = 1;
  made.volume_min = made.volume_step = 0.1;
  made.filling_mask = 0;
  made.execution = Execution::exchange;
  return made;
}

// Opened, changed, closed in part, closed.
void market(World &world) {
  direct(world, 2, {.no = 1, .stop_loss = "1.095", .take_profit = "1.11"});
  direct(world, 8, {.no = 2, .action = "modify", .volume_lots = "", .stop_loss = "1.0985", .target = 1, .priority = 7});
  direct(world, 14, {.no = 3, .action = "close", .volume_lots = "0.04", .target = 1, .lives_seconds = 0, .priority = 9});
  price(world, 18, "EURUSD", 1.1021);
  direct(world, 20, {.no = 4, .action = "close", .volume_lots = "", .target = 1, .lives_seconds = 0, .priority = 9});
}

// Ended by the market: stop loss, take profit, an order of several deals.
void stops(World &world) {
  direct(world, 2, {.no = 1, .side = "sell", .stop_loss = "1.104", .take_profit = "1.09"});
  direct(world, 2.2, {.no = 2, .symbol = "XAUUSD", .volume_lots = "0.05", .stop_loss = "2395", .take_profit = "2409"});
  price(world, 9, "EURUSD", 1.1047);
  price(world, 12, "XAUUSD", 2410.5);
  direct(world, 15, {.no = 3, .symbol = "GER40", .volume_lots = "0.5", .stop_loss = "17990", .take_profit = "18050"});
  // To where it is already.
  direct(world, 19, {.no = 4, .symbol = "GER40", .action = "modify", .volume_lots = "", .take_profit = "18050", .target = 3, .priority = 7});
  price(world, 24, "GER40", 17985.0);
}

// Orders that wait: filled, filled and stopped, expired.
void pending(World &world) {
  direct(world, 2, {.no = 1, .order_type = "limit", .price = "1.0985", .stop_loss = "1.095", .take_profit = "1.105"});
  direct(world, 3, {.no = 2, .symbol = "XAUUSD", .side = "sell", .order_type = "stop", .volume_lots = "0.04", .price = "2396", .stop_loss = "2402"});
  direct(world, 4, {.no = 3, .order_type = "limit", .price = "1.09", .stop_loss = "1.085", .lives_seconds = 40});
  price(world, 14, "EURUSD", 1.0984);
  price(world, 17, "XAUUSD", 2395.4);
  price(world, 23, "XAUUSD", 2402.3);
}

// What must not be traded: expired, halted, too small, unknown; and a close that comes too late.
void gates(World &world) {
  direct(world, 1.1, {.no = 1, .stop_loss = "1.095", .lives_seconds = 1.5});
  direct(world, 3, {.no = 2, .symbol = "XAUUSD", .volume_lots = "0.001", .stop_loss = "2390"});
  direct(world, 4, {.no = 3, .symbol = "USDMOON", .stop_loss = "1"});
  direct(world, 5.98, {.no = 4, .stop_loss = "1.095"});
  halt(world, 6, "symbol", "EURUSD");
  resume(world, 13, "symbol", "EURUSD");
  direct(world, 20, {.no = 5, .side = "sell", .volume_lots = "0.2", .stop_loss = "1.104"});
  price(world, 27, "EURUSD", 1.1045);
  // The stop has closed it, and the ledger does not know yet.
  direct(world, 27, {.no = 6, .action = "close", .side = "sell", .volume_lots = "", .target = 5, .lives_seconds = 0, .priority = 9});
}

// Much at once, more than the officer takes in one poll.
void busy(World &world) {
  for (long no = 1; no <= 5; ++no)
    direct(world, 2, {.no = no, .symbol = no % 2 ? "EURUSD" : "XAUUSD", .side = no % 3 ? "buy" : "sell", .volume_lots = "0.03"});
  direct(world, 2.5, {.no = 6, .order_type = "stop", .volume_lots = "0.02", .price = "1.101", .stop_loss = "1.097"});
  for (long no = 7; no <= 8; ++no)
    direct(world, 12, {.no = no, .symbol = no == 7 ? "EURUSD" : "XAUUSD", .action = "close", .volume_lots = "", .target = no - 6, .lives_seconds = 0, .priority = 9});
  price(world, 16, "EURUSD", 1.1013);
}

long broker_seconds(const World &world) { return world.start() / SECOND + world.broker().offset_seconds; }

// The broker has these closed bars from before; `gap` of them are missing after the newest four.
void preload(World &world, const char *symbol, Timeframe length, int count, int gap = 0) {
  const std::string name = std::string(symbol) + SYMBOL_SUFFIX;
  const Instrument &instrument = world.broker().instruments().at(name);
  const double point = std::pow(10.0, -instrument.digits);
  world.broker().bars().preload(name, length, count + gap, broker_seconds(world), world.broker().quote(name)->bid, point);
  for (int i = 0; i < gap; ++i) world.broker().bars().remove(name, length, 5);
}

// Strategies read bars of this account: a window that the ledger has with a hole and an outdated bar in it, one it
// has not at all, one it has whole, one that reaches back beyond a change of clocks. More bars close, one is
// corrected, the connection breaks; beside it two opens and a close.
void bars(World &world) {
  preload(world, "EURUSD", Timeframe::m1, 12);
  preload(world, "EURUSD", Timeframe::d1, 10, 58);
  preload(world, "XAUUSD", Timeframe::m5, 7);
  preload(world, "GER40", Timeframe::h1, 5);
  read_bars(world, "EURUSD", "M1", 8);
  read_bars(world, "EURUSD", "D1", 10);
  read_bars(world, "XAUUSD", "M5", 5);
  read_bars(world, "GER40", "H1", 3);
  have_bars(world, "EURUSD", "M1", {8, 7, 6, 4, 3});
  have_bars(world, "GER40", "H1", {3, 2, 1});
  restate(world, "EURUSD", "M1", 4, 5);
  // Polled when the bars begin to be sent, and again when one has closed: what trades goes first.
  direct(world, 0.1, {.no = 1, .stop_loss = "1.095"});
  direct(world, 1.3, {.no = 2, .symbol = "XAUUSD", .side = "sell", .volume_lots = "0.02"});
  price(world, 20, "EURUSD", 1.1004);
  correct_bar(world, 24, "EURUSD", "M1", 2);
  disconnect(world, 31, 9);
  direct(world, 58.8, {.no = 3, .action = "close", .volume_lots = "", .target = 1, .lives_seconds = 0, .priority = 9});
  // By a clock that is ahead this is a price of the next bar already.
  price(world, 58, "EURUSD", 1.1006);
  price(world, 61.1, "EURUSD", 1.1007);
  price(world, 63, "EURUSD", 1.1005);
}

}  // namespace

const std::vector<Story> &stories() {
  static const std::vector<Story> all = {{"market", market}, {"stops", stops}, {"pending", pending}, {"gates", gates}, {"busy", busy}, {"bars", bars}};
  return all;
}

void set_stage(World &world) {
  Broker &broker = world.broker();
  for (Instrument instrument : {forex("EURUSD"), gold(), index()}) broker.add(std::move(instrument));
  broker.jump(std::string("EURUSD") + SYMBOL_SUFFIX, 1.1, 1.10012);
  broker.jump(std::string("XAUUSD") + SYMBOL_SUFFIX, 2400, 2400.12);
  broker.jump(std::string("GER40") + SYMBOL_SUFFIX, 18000, 18000.5);
  world.ledger.poll_busy_ms = 1000;
  world.ledger.poll_idle_ms = 4000;
  world.ledger.open_account({.account_id = "demo-1", .currency = "EUR", .enabled = true, .max_in_flight = 10, .takeover_seconds = 20});
}

}  // namespace sim
