// Checks of the simulated broker by itself. Prints one line for each: "ok NAME" or "wrong NAME: what".
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "broker.hpp"

using namespace sim;

namespace {

constexpr Moment START = 1'767'614'400 * SECOND;  // 2026-01-05T12:00:00Z

struct Wrong {
  std::string what;
};

void expect(bool holds, const std::string &what) {
  if (!holds) throw Wrong{what};
}

void equal(double found, double wanted, const std::string &what) {
  expect(std::fabs(found - wanted) < 1e-9, what + " is " + std::to_string(found) + ", not " + std::to_string(wanted));
}

Instrument eurusd() {
  Instrument made;
  made.name = "EURUSD";
  made.commission_per_lot = 3.5;
  made.swap_per_lot = -1;
  made.stops_level = 10;
  made.volume_max = 10;
  return made;
}

Broker opened(const Instrument &instrument = eurusd()) {
  Broker broker;
  broker.advance(START);
  broker.deposit(10'000);
  broker.add(instrument);
  broker.jump(instrument.name, 1.1, 1.1001);
  return broker;
}

TradeRequest market(Side side, double volume, double stop_loss = 0, double take_profit = 0) {
  TradeRequest request;
  request.symbol = "EURUSD";
  request.magic = 42;
  request.comment = "DS 42";
  request.type = side == Side::buy ? OrderType::buy : OrderType::sell;
  request.filling = Filling::ioc;
  request.volume = volume;
  request.stop_loss = stop_loss;
  request.take_profit = take_profit;
  return request;
}

TradeRequest waiting(OrderType type, double price) {
  TradeRequest request = market(is_buy(type) ? Side::buy : Side::sell, 0.1);
  request.action = Action::pending;
  request.type = type;
  request.filling = Filling::ret;
  request.price = price;
  return request;
}

TradeRequest closing(const Broker &broker, double volume) {
  const Position &position = broker.books().positions.begin()->second;
  TradeRequest request = market(opposite(position.side), volume);
  request.position = position.ticket;
  request.magic = 43;
  return request;
}

TradeAnswer send(Broker &broker, const TradeRequest &request, const Handling &handling = {}) {
  const Broker::Accepted accepted = broker.accept(request, handling);
  return accepted.job ? broker.execute(accepted.job) : accepted.answer;
}

unsigned code(Broker &broker, const TradeRequest &request) { return send(broker, request).retcode; }

const Deal &last(const Broker &broker) { return broker.books().deals.back(); }
const Order &order_of(const Broker &broker, Ticket ticket) { return broker.books().orders.at(ticket); }

void a_buy_is_filled_at_the_ask_and_a_sell_at_the_bid() {
  Broker broker = opened();
  expect(code(broker, market(Side::buy, 0.1)) == DONE, "the buy is not done");
  equal(last(broker).price, 1.1001, "the price of the buy");
  send(broker, market(Side::sell, 0.2));
  equal(last(broker).price, 1.1, "the price of the sell");
  expect(broker.books().positions.size() == 2, "positions of both sides do not stand side by side");
  equal(broker.balance, 10'000 - 0.35 - 0.7, "the balance after commissions");
}

void positions_keep_their_identifier_when_their_ticket_changes() {
  Broker broker = opened();
  const Ticket ticket = send(broker, market(Side::buy, 0.1)).order;
  broker.roll_over();
  const Position &position = broker.books().positions.begin()->second;
  expect(position.identifier == ticket && position.ticket != ticket, "ticket and identifier are the same");
  equal(position.swap, -0.1, "the swap of a night");
  TradeRequest old = closing(broker, 0.1);
  old.position = ticket;
  expect(code(broker, old) == POSITION_CLOSED, "the old ticket still closes it");
  expect(code(broker, closing(broker, 0.1)) == DONE, "the new ticket does not close it");
  expect(last(broker).position_id == ticket, "the deal does not name the identifier");
}

void a_partial_close_leaves_the_rest_and_its_share_of_the_swap() {
  Broker broker = opened();
  send(broker, market(Side::buy, 0.4));
  broker.roll_over();
  send(broker, closing(broker, 0.1));
  equal(broker.books().positions.begin()->second.volume, 0.3, "the rest");
  equal(last(broker).swap, -0.1, "the swap of the closed part");
  equal(last(broker).profit, -1, "the profit");
  expect(last(broker).magic == 43 && last(broker).entry == Entry::out, "the deal is not the close's");
}

void one_order_may_take_several_deals() {
  Instrument thin = eurusd();
  thin.liquidity = 0.04;
  thin.slip_points = 2;
  Broker broker = opened(thin);
  const TradeAnswer answer = send(broker, market(Side::buy, 0.1));
  expect(broker.books().deals.size() == 4, "not three deals");
  equal(last(broker).volume, 0.02, "the last deal's volume");
  equal(broker.books().positions.begin()->second.volume, 0.1, "the position");
  equal(answer.volume, 0.1, "the answer's volume");
}

void part_of_an_order_may_be_filled() {
  Broker broker = opened();
  Handling half;
  half.share = 0.5;
  const TradeAnswer answer = send(broker, market(Side::buy, 0.1), half);
  expect(answer.retcode == DONE_PARTIAL, "not a partial answer");
  equal(order_of(broker, answer.order).volume_current, 0.05, "what is left of the order");
  expect(order_of(broker, answer.order).state == OrderState::canceled, "the rest is not cancelled");
}

void an_accepted_order_is_executed_whoever_waits_for_it() {
  Broker broker = opened();
  const Broker::Accepted accepted = broker.accept(market(Side::buy, 0.1), {});
  expect(broker.books().positions.empty() && order_of(broker, accepted.answer.order).active(), "executed at once");
  broker.advance(START + SECOND);
  expect(broker.books().positions.size() == 1, "never executed");
}

void a_late_order_waits_in_sight_and_one_in_limbo_out_of_it() {
  Broker broker = opened();
  Handling late;
  late.delay = 20 * SECOND;
  expect(send(broker, market(Side::buy, 0.1), late).retcode == PLACED, "not placed");
  expect(broker.books().orders.size() == 1, "not in sight");
  late.unseen = true;
  send(broker, market(Side::buy, 0.1), late);
  expect(broker.books().orders.size() == 1, "the one in limbo is in sight");
  broker.advance(START + MINUTE);
  expect(broker.books().positions.size() == 2, "not both are filled");
}

void stops_are_hit_at_the_price_there_is() {
  Broker broker = opened();
  send(broker, market(Side::buy, 0.1, 1.098, 1.103));
  broker.jump("EURUSD", 1.0975, 1.0976);
  expect(last(broker).reason == Reason::stop_loss, "not by the stop loss");
  equal(last(broker).price, 1.0975, "the price");
  expect(last(broker).comment == "[sl 1.09800]", "the comment is " + last(broker).comment);
  expect(last(broker).magic == 42, "the magic is not the position's");
  equal(last(broker).stop_loss, 1.098, "the deal's stop loss");
}

void inside_a_bar_the_worse_stop_comes_first() {
  Broker broker = opened();
  send(broker, market(Side::buy, 0.1, 1.098, 1.103));
  send(broker, market(Side::sell, 0.1, 1.103, 1.098));
  broker.pass_bar("EURUSD", 1.1, 1.104, 1.097, 1.1, 0.0001, START, START + HOUR);
  expect(broker.books().positions.empty(), "a position is left");
  for (const Deal &deal : broker.books().deals)
    if (deal.entry == Entry::out && !deal.is_balance) expect(deal.reason == Reason::stop_loss, "one met its target first");
}

void a_gap_fills_at_the_open() {
  Broker broker = opened();
  send(broker, market(Side::buy, 0.1, 1.098));
  broker.pass_bar("EURUSD", 1.09, 1.095, 1.089, 1.09, 0.0001, START + HOUR, START + 2 * HOUR);
  equal(last(broker).price, 1.09, "the price");
  expect(last(broker).at == START + HOUR, "not at the open");
}

void pending_orders_are_placed_triggered_and_expire() {
  Broker broker = opened();
  const Ticket limit = send(broker, waiting(OrderType::buy_limit, 1.099)).order;
  TradeRequest dying = waiting(OrderType::sell_stop, 1.09);
  dying.time = OrderTime::specified;
  dying.expiration = START / SECOND + broker.offset_seconds + 60;
  const Ticket stop = send(broker, dying).order;
  expect(order_of(broker, limit).state == OrderState::placed, "not placed");
  broker.jump("EURUSD", 1.0988, 1.0989);
  expect(order_of(broker, limit).state == OrderState::filled, "not filled");
  equal(last(broker).price, 1.0989, "the better price of a jump");
  broker.advance(START + 2 * MINUTE);
  expect(order_of(broker, stop).state == OrderState::expired, "not expired");
}

void requests_are_refused_with_metatraders_codes() {
  Broker broker = opened();
  expect(code(broker, market(Side::buy, 0.005)) == INVALID_VOLUME, "too small");
  expect(code(broker, market(Side::buy, 0.015)) == INVALID_VOLUME, "not a step");
  expect(code(broker, market(Side::buy, 11)) == INVALID_VOLUME, "too large");
  expect(code(broker, market(Side::buy, 0.1, 1.1)) == INVALID_STOPS, "stop loss above the bid");
  expect(code(broker, market(Side::buy, 0.1, 1.09995)) == INVALID_STOPS, "stop loss within the stops level");
  expect(code(broker, market(Side::buy, 10)) == NO_MONEY, "too much for the margin");
  expect(code(broker, waiting(OrderType::buy_limit, 1.2)) == INVALID_PRICE, "a limit above the market");
  TradeRequest unknown = market(Side::buy, 0.1);
  unknown.symbol = "USDMOON";
  expect(code(broker, unknown) == INVALID, "no such symbol");
  expect(broker.books().orders.empty(), "a refused order was kept");
}

void filling_is_a_mask_here_and_a_number_there() {
  for (const auto &[mask, named, pass] : std::vector<std::tuple<int, Filling, bool>>{
           {1, Filling::fok, true}, {1, Filling::ioc, false}, {2, Filling::ioc, true}, {2, Filling::fok, false}, {3, Filling::ret, false}}) {
    Instrument instrument = eurusd();
    instrument.filling_mask = mask;
    Broker broker = opened(instrument);
    TradeRequest request = market(Side::buy, 0.1);
    request.filling = named;
    expect((code(broker, request) == DONE) == pass, "mask " + std::to_string(mask) + ", filling " + std::to_string(static_cast<int>(named)));
  }
}

void markets_close_and_symbols_are_restricted() {
  Instrument instrument = eurusd();
  instrument.sessions = {{1, 0, 12 * 3600}};  // Monday until noon, server time: it is 14:00
  Broker closed = opened(instrument);
  expect(code(closed, market(Side::buy, 0.1)) == MARKET_CLOSED, "the market is open");
  instrument.sessions.clear();
  instrument.mode = TradeMode::long_only;
  Broker restricted = opened(instrument);
  expect(code(restricted, market(Side::sell, 0.1)) == LONG_ONLY, "a sell passes");
  expect(code(restricted, market(Side::buy, 0.1)) == DONE, "a buy does not");
}

void stops_change_once() {
  Broker broker = opened();
  send(broker, market(Side::buy, 0.1, 1.098));
  TradeRequest change = closing(broker, 0);
  change.action = Action::stops;
  change.stop_loss = 1.099;
  expect(code(broker, change) == DONE, "not changed");
  expect(code(broker, change) == NO_CHANGES, "changed to the same");
  expect(broker.modifications().size() == 1, "not one modification");
}

void an_account_without_margin_is_stopped_out() {
  Broker broker = opened();
  send(broker, market(Side::buy, 8));
  broker.jump("EURUSD", 1.092, 1.0921);
  expect(broker.books().positions.empty() && last(broker).reason == Reason::stop_out, "still open");
}

void closing_twice_finds_nothing() {
  Broker broker = opened();
  send(broker, market(Side::buy, 0.1));
  const TradeRequest close = closing(broker, 0.1);
  const Broker::Accepted first = broker.accept(close, {}), second = broker.accept(close, {});
  broker.execute(first.job);
  expect(broker.execute(second.job).retcode == POSITION_CLOSED, "closed twice");
  expect(order_of(broker, second.answer.order).state == OrderState::rejected, "the second order is not rejected");
}

void bars_of_every_length_follow_the_price() {
  Broker broker = opened();
  broker.pass_bar("EURUSD", 1.2, 1.3, 1.1, 1.25, 0.0002, START + HOUR, START + 2 * HOUR);
  const std::vector<Bar> &hours = broker.bars().of("EURUSD", Timeframe::h1);
  const long opened = START / SECOND + broker.offset_seconds;
  expect(hours.size() == 2 && hours[0].opened == opened && hours[1].opened == opened + 3600, "not the two hours, by the broker's clock");
  equal(hours[1].open, 1.2, "open"), equal(hours[1].high, 1.3, "high"), equal(hours[1].low, 1.1, "low"), equal(hours[1].close, 1.25, "close");
  expect(hours[1].tick_volume == 4 && hours[1].spread_points == 20, "ticks and spread");
  const Bar &day = broker.bars().of("EURUSD", Timeframe::d1).at(0);
  expect(day.opened % 86400 == 0 && day.tick_volume == 5, "not one day");
  equal(day.close, 1.25, "close of the day");
}

void bars_from_before_the_first_price_lead_up_to_it() {
  Broker broker = opened();
  broker.bars().preload("EURUSD", Timeframe::h1, 30, 0, 1.1, 0.00001);
  const std::vector<Bar> &hours = broker.bars().of("EURUSD", Timeframe::h1);
  expect(hours.size() == 31, "not as many as asked for");
  equal(hours[29].close, 1.1, "the last close");
  for (std::size_t i = 1; i < hours.size(); ++i) {
    expect(hours[i].opened == hours[i - 1].opened + 3600, "a gap");
    equal(hours[i].open, hours[i - 1].close, "an open");
    expect(hours[i - 1].high >= hours[i - 1].open && hours[i - 1].low <= hours[i - 1].close, "prices outside the bar");
  }
}

void bars_can_be_taken_out_and_restated() {
  Broker broker = opened();
  broker.bars().preload("EURUSD", Timeframe::m1, 3, 0, 1.1, 0.00001);
  const std::vector<Bar> before = broker.bars().of("EURUSD", Timeframe::m1);
  expect(broker.bars().remove("EURUSD", Timeframe::m1, 2) && broker.bars().restate("EURUSD", Timeframe::m1, 1, 0.01), "no such bar");
  const std::vector<Bar> &after = broker.bars().of("EURUSD", Timeframe::m1);
  expect(after.size() == 3 && after[0].opened == before[0].opened && after[1].opened == before[2].opened, "another one was taken out");
  equal(after[1].close, before[2].close + 0.01, "close"), equal(after[1].high, after[1].close, "high"), equal(after[1].low, before[2].low, "low");
  expect(!broker.bars().remove("EURUSD", Timeframe::m1, 3) && !broker.bars().restate("GOLD", Timeframe::m1, 0, 1), "there is none to take out");
}

#define CHECK(name) {#name, name}
const std::vector<std::pair<const char *, std::function<void()>>> CHECKS = {
    CHECK(a_buy_is_filled_at_the_ask_and_a_sell_at_the_bid),
    CHECK(positions_keep_their_identifier_when_their_ticket_changes),
    CHECK(a_partial_close_leaves_the_rest_and_its_share_of_the_swap),
    CHECK(one_order_may_take_several_deals),
    CHECK(part_of_an_order_may_be_filled),
    CHECK(an_accepted_order_is_executed_whoever_waits_for_it),
    CHECK(a_late_order_waits_in_sight_and_one_in_limbo_out_of_it),
    CHECK(stops_are_hit_at_the_price_there_is),
    CHECK(inside_a_bar_the_worse_stop_comes_first),
    CHECK(a_gap_fills_at_the_open),
    CHECK(pending_orders_are_placed_triggered_and_expire),
    CHECK(requests_are_refused_with_metatraders_codes),
    CHECK(filling_is_a_mask_here_and_a_number_there),
    CHECK(markets_close_and_symbols_are_restricted),
    CHECK(stops_change_once),
    CHECK(an_account_without_margin_is_stopped_out),
    CHECK(closing_twice_finds_nothing),
    CHECK(bars_of_every_length_follow_the_price),
    CHECK(bars_from_before_the_first_price_lead_up_to_it),
    CHECK(bars_can_be_taken_out_and_restated),
};

}  // namespace

int main() {
  for (const auto &[name, check] : CHECKS) {
    try {
      check();
      std::printf("ok %s\n", name);
    } catch (const Wrong &wrong) {
      std::printf("wrong %s: %s\n", name, wrong.what.c_str());
    }
  }
}
