// Prices move: pending orders are triggered, stops are hit, accounts are stopped out, orders expire.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "broker.hpp"

namespace sim {
namespace {

// MetaTrader puts the price where our comment was.
std::string stop_comment(const char *name, double price, int digits) {
  char text[40];
  std::snprintf(text, sizeof text, "[%s %.*f]", name, digits, price);
  return text;
}

}  // namespace

void Broker::jump(const std::string &symbol, double bid, double ask) {
  quotes_[symbol] = {bid, ask, now_};
  chart(symbol, now_, bid, ask - bid);
  trigger_orders(symbol, bid, bid, ask - bid, true);
  hit_stops(symbol);
  stop_out();
}

void Broker::pass_bar(const std::string &symbol, double open, double high, double low, double close, double spread, Moment opened,
                      Moment closed) {
  const int digits = instruments_.at(symbol).digits;
  now_ = std::max(now_, opened);
  jump(symbol, open, rounded(open + spread, digits));
  advance(closed);
  chart(symbol, opened + (closed - opened) / 4, low, spread);
  chart(symbol, opened + (closed - opened) / 2, high, spread);
  chart(symbol, closed - SECOND, close, spread);
  trigger_orders(symbol, low, high, spread, false);
  std::vector<Ticket> tickets;
  for (const auto &[ticket, position] : books_.positions)
    if (position.symbol == symbol) tickets.push_back(ticket);
  for (const Ticket ticket : tickets) hit_inside_bar(books_.positions.at(ticket), low, high, spread);
  quotes_[symbol] = {close, rounded(close + spread, digits), now_};
  stop_out();
}

void Broker::chart(const std::string &symbol, Moment at, double bid, double spread) {
  const double points = spread * std::pow(10.0, instruments_.at(symbol).digits);
  bars_.tick(symbol, at / SECOND + offset_seconds, bid, static_cast<int>(std::lround(points)));
}

// at_quote: the price leapt there, so that whatever it triggered is filled at the quote itself.
void Broker::trigger_orders(const std::string &symbol, double low, double high, double spread, bool at_quote) {
  const Instrument &instrument = instruments_.at(symbol);
  std::vector<Ticket> triggered;
  for (const auto &[ticket, order] : books_.orders) {
    if (!order.active() || order.symbol != symbol || order.state != OrderState::placed || is_market(order.type)) continue;
    const double raise = is_buy(order.type) ? spread : 0;  // buys meet the ask
    const bool falls = order.type == OrderType::buy_limit || order.type == OrderType::sell_stop;
    if (falls ? low + raise <= order.price + 1e-9 : high + raise >= order.price - 1e-9) triggered.push_back(ticket);
  }
  for (const Ticket ticket : triggered) {
    Order &order = books_.orders.at(ticket);
    const double quote = rounded(is_buy(order.type) ? low + spread : low, instrument.digits);
    double left = order.volume_initial;
    while (left > 1e-9) {
      const double slice = std::min(left, instrument.liquidity);
      fill(order, slice, at_quote ? quote : order.price);
      left = rounded(left - slice, 8);
    }
    finish(order, OrderState::filled);
  }
}

void Broker::hit_stops(const std::string &symbol) {
  const Quote quote = quotes_.at(symbol);
  std::vector<Ticket> tickets;
  for (const auto &[ticket, position] : books_.positions)
    if (position.symbol == symbol) tickets.push_back(ticket);
  const int digits = instruments_.at(symbol).digits;
  for (const Ticket ticket : tickets) {
    Position &position = books_.positions.at(ticket);
    const double price = position.side == Side::buy ? quote.bid : quote.ask, towards = position.side == Side::buy ? 1 : -1;
    if (position.stop_loss > 0 && (price - position.stop_loss) * towards <= 1e-9)
      close_position(position, price, Reason::stop_loss, stop_comment("sl", position.stop_loss, digits));
    else if (position.take_profit > 0 && (price - position.take_profit) * towards >= -1e-9)
      close_position(position, price, Reason::take_profit, stop_comment("tp", position.take_profit, digits));
  }
}

void Broker::hit_inside_bar(Position &position, double low, double high, double spread) {
  const int digits = instruments_.at(position.symbol).digits;
  const double lift = position.side == Side::sell ? spread : 0;  // sells are closed at the ask
  const bool buy = position.side == Side::buy;
  const double worst = rounded((buy ? low : high) + lift, digits), best = rounded((buy ? high : low) + lift, digits);
  const double towards = buy ? 1 : -1;
  if (position.stop_loss > 0 && (worst - position.stop_loss) * towards <= 1e-9)
    close_position(position, position.stop_loss, Reason::stop_loss, stop_comment("sl", position.stop_loss, digits));
  else if (position.take_profit > 0 && (best - position.take_profit) * towards >= -1e-9)
    close_position(position, position.take_profit, Reason::take_profit, stop_comment("tp", position.take_profit, digits));
}

void Broker::close_position(Position &position, double price, Reason reason, const std::string &comment) {
  Order order;
  order.ticket = next_ticket_++;
  order.magic = position.magic;
  order.symbol = position.symbol;
  order.comment = comment;
  order.type = position.side == Side::buy ? OrderType::sell : OrderType::buy;
  order.reason = reason;
  order.volume_initial = order.volume_current = position.volume;
  order.price = price;
  order.set_up = now_;
  order.position_id = position.identifier;
  Order &placed = books_.orders[order.ticket] = order;
  note(TradeNotice::Kind::order_added, order.ticket, 0, order.position_id, order.symbol);
  fill_out(placed, position, placed.volume_initial, price);
  placed.volume_current = 0;
  finish(placed, OrderState::filled);
}

void Broker::close_by_hand(Ticket ticket) {
  Position &position = books_.positions.at(ticket);
  const Quote &quote = quotes_.at(position.symbol);
  close_position(position, position.side == Side::buy ? quote.bid : quote.ask, Reason::client, "");
}

void Broker::stop_out() {
  while (!books_.positions.empty() && margin_used() > 0 && equity() / margin_used() * 100 < stop_out_level) {
    const auto worst = std::min_element(books_.positions.begin(), books_.positions.end(), [&](const auto &left, const auto &right) {
      return profit(left.second) < profit(right.second);
    });
    Position &position = worst->second;
    const Quote &quote = quotes_.at(position.symbol);
    close_position(position, position.side == Side::buy ? quote.bid : quote.ask, Reason::stop_out, "so");
  }
}

void Broker::expire_orders() {
  for (auto &[ticket, order] : books_.orders)
    if (order.active() && order.expiration && !is_market(order.type) && (order.expiration - offset_seconds) * SECOND <= now_)
      finish(order, OrderState::expired);
}

void Broker::roll_over() {
  std::map<Ticket, Position> renamed;
  for (auto &[ticket, position] : books_.positions) {
    position.swap = rounded(position.swap + instruments_.at(position.symbol).swap_per_lot * position.volume, 2);
    position.ticket = next_ticket_++;
    position.updated = now_;
    renamed[position.ticket] = position;
  }
  books_.positions = std::move(renamed);
  ++revision_;
}

double Broker::profit(const Position &position) const {
  const Instrument &instrument = instruments_.at(position.symbol);
  const Quote &quote = quotes_.at(position.symbol);
  const double gained = position.side == Side::buy ? quote.bid - position.open_price : position.open_price - quote.ask;
  return rounded(gained / instrument.tick_size * instrument.tick_value * position.volume, 2);
}

double Broker::margin(const std::string &symbol, double volume, double price) const {
  const Instrument &instrument = instruments_.at(symbol);
  return rounded(volume * price / instrument.tick_size * instrument.tick_value / static_cast<double>(leverage), 2);
}

double Broker::equity() const {
  double sum = balance;
  for (const auto &[ticket, position] : books_.positions) sum += profit(position) + position.swap;
  return rounded(sum, 2);
}

double Broker::margin_used() const {
  double sum = 0;
  for (const auto &[ticket, position] : books_.positions) sum += margin(position.symbol, position.volume, position.open_price);
  return rounded(sum, 2);
}

}  // namespace sim
