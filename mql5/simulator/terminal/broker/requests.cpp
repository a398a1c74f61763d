// What the broker takes and what it refuses.
#include <cmath>

#include "broker.hpp"

namespace sim {
namespace {

constexpr Moment EXECUTION_TIME = 20 * MILLISECOND;
constexpr std::size_t COMMENT_LENGTH = 31;

}  // namespace

double rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}
bool same(double left, double right) { return std::fabs(left - right) < 1e-9; }

Instrument *Broker::instrument(const std::string &symbol) {
  const auto found = instruments_.find(symbol);
  return found == instruments_.end() ? nullptr : &found->second;
}

const Quote *Broker::quote(const std::string &symbol) const {
  const auto found = quotes_.find(symbol);
  return found == quotes_.end() ? nullptr : &found->second;
}

bool Broker::market_open(const Instrument &instrument) const {
  if (!quotes_.contains(instrument.name)) return false;
  if (instrument.sessions.empty()) return true;
  const long seconds = now_ / SECOND + offset_seconds;
  const int weekday = static_cast<int>((seconds / 86400 + 4) % 7);
  for (const Session &session : instrument.sessions)
    if (session.weekday == weekday && seconds % 86400 >= session.from_seconds && seconds % 86400 < session.to_seconds) return true;
  return false;
}

Broker::Accepted Broker::accept(const TradeRequest &request, const Handling &handling) {
  Accepted accepted;
  accepted.answer.retcode = handling.refuse ? handling.refuse : refusal(request);
  if (const Quote *quote = this->quote(request.symbol)) accepted.answer.bid = quote->bid, accepted.answer.ask = quote->ask;
  if (accepted.answer.retcode) return accepted;
  const bool trades = request.action == Action::deal || request.action == Action::pending;
  const Ticket order = trades && !handling.unseen ? place(request, handling) : 0;
  accepted.job = next_job_++;
  accepted.answer.retcode = PLACED;
  accepted.answer.order = order;
  jobs_.push_back({accepted.job, now_ + EXECUTION_TIME + handling.delay, request, handling, order});
  ++revision_;
  return accepted;
}

Ticket Broker::place(const TradeRequest &request, const Handling &handling) {
  Order order;
  order.ticket = next_ticket_++;
  order.magic = request.magic;
  order.symbol = request.symbol;
  order.comment = handling.drops_comment ? "" : request.comment.substr(0, COMMENT_LENGTH);
  order.type = request.type;
  order.filling = request.filling;
  order.time = request.time;
  order.expiration = request.expiration;
  order.volume_initial = order.volume_current = request.volume;
  order.price = request.price;
  order.stop_loss = request.stop_loss;
  order.take_profit = request.take_profit;
  order.set_up = now_;
  order.position_id = request.position ? books_.positions.at(request.position).identifier : 0;
  note(TradeNotice::Kind::order_added, order.ticket, 0, order.position_id, order.symbol);
  return books_.orders[order.ticket] = order, order.ticket;
}

unsigned Broker::refusal(const TradeRequest &request) const {
  if (request.action == Action::modify || request.action == Action::remove) return refused_order_change(request);
  const auto found = instruments_.find(request.symbol);
  if (found == instruments_.end()) return INVALID;
  const Instrument &instrument = found->second;
  if (instrument.mode == TradeMode::disabled) return TRADE_DISABLED;
  if (!market_open(instrument)) return MARKET_CLOSED;
  switch (request.action) {
    case Action::deal: return refused_deal(request, instrument);
    case Action::pending: return refused_pending(request, instrument);
    case Action::stops: return refused_stops(request, instrument);
    default: return books_.positions.contains(request.position) && books_.positions.contains(request.position_by) ? ACCEPTABLE : INVALID;
  }
}

bool Broker::volume_fits(const Instrument &instrument, double volume) const {
  const double steps = volume / instrument.volume_step;
  return volume > instrument.volume_min - 1e-9 && volume < instrument.volume_max + 1e-9 && std::fabs(steps - std::round(steps)) < 1e-6;
}

bool Broker::stops_fit(const Instrument &instrument, Side side, double price, double stop_loss, double take_profit) const {
  const double point = std::pow(10.0, -instrument.digits), room = static_cast<double>(instrument.stops_level) * point - 1e-9;
  const double towards = side == Side::buy ? 1 : -1;
  const auto on_grid = [&](double level) { return std::fabs(level / instrument.tick_size - std::round(level / instrument.tick_size)) < 1e-4; };
  if (stop_loss > 0 && (!on_grid(stop_loss) || (price - stop_loss) * towards <= 0 || (price - stop_loss) * towards < room)) return false;
  return take_profit <= 0 || (on_grid(take_profit) && (take_profit - price) * towards > 0 && (take_profit - price) * towards >= room);
}

unsigned Broker::refused_deal(const TradeRequest &request, const Instrument &instrument) const {
  const Quote &quote = quotes_.at(request.symbol);
  if (!is_market(request.type)) return INVALID;
  if (!volume_fits(instrument, request.volume)) return INVALID_VOLUME;
  const bool exchange_like = instrument.execution == Execution::market;
  const bool named = request.filling == Filling::fok ? instrument.filling_mask & 1 : request.filling == Filling::ioc ? instrument.filling_mask & 2 : !exchange_like;
  if (request.filling == Filling::boc || !named) return INVALID_FILL;
  const Side side = is_buy(request.type) ? Side::buy : Side::sell;
  if (request.position) {
    const auto position = books_.positions.find(request.position);
    if (position == books_.positions.end()) return POSITION_CLOSED;
    if (position->second.side == side || position->second.symbol != request.symbol) return INVALID;
    return request.volume > position->second.volume + 1e-9 ? INVALID_CLOSE_VOLUME : ACCEPTABLE;
  }
  if (instrument.mode == TradeMode::close_only) return CLOSE_ONLY;
  if (instrument.mode == TradeMode::long_only && side == Side::sell) return LONG_ONLY;
  if (instrument.mode == TradeMode::short_only && side == Side::buy) return SHORT_ONLY;
  if (instrument.execution != Execution::market && request.price > 0) {
    const double wanted = side == Side::buy ? quote.ask : quote.bid, point = std::pow(10.0, -instrument.digits);
    if (std::fabs(wanted - request.price) > static_cast<double>(request.deviation) * point + 1e-9) return REQUOTE;
  }
  if (!stops_fit(instrument, side, side == Side::buy ? quote.bid : quote.ask, request.stop_loss, request.take_profit)) return INVALID_STOPS;
  return margin(request.symbol, request.volume, quote.ask) > equity() - margin_used() ? NO_MONEY : ACCEPTABLE;
}

unsigned Broker::refused_pending(const TradeRequest &request, const Instrument &instrument) const {
  const Quote &quote = quotes_.at(request.symbol);
  if (is_market(request.type)) return INVALID_ORDER;
  if (!volume_fits(instrument, request.volume)) return INVALID_VOLUME;
  if (request.filling != Filling::ret) return INVALID_FILL;
  if (instrument.mode != TradeMode::full) return TRADE_DISABLED;
  const Side side = is_buy(request.type) ? Side::buy : Side::sell;
  const double market = side == Side::buy ? quote.ask : quote.bid, point = std::pow(10.0, -instrument.digits);
  // A limit waits for a better price than now, a stop for a worse one.
  const double distance = (is_limit(request.type) == (side == Side::buy)) ? market - request.price : request.price - market;
  if (request.price <= 0 || distance <= 0 || distance < static_cast<double>(instrument.stops_level) * point - 1e-9) return INVALID_PRICE;
  if (!stops_fit(instrument, side, request.price, request.stop_loss, request.take_profit)) return INVALID_STOPS;
  if (request.time == OrderTime::specified && request.expiration <= now_ / SECOND + offset_seconds) return INVALID_EXPIRATION;
  return 0;
}

unsigned Broker::refused_stops(const TradeRequest &request, const Instrument &instrument) const {
  const auto found = books_.positions.find(request.position);
  if (found == books_.positions.end()) return POSITION_CLOSED;
  const Position &position = found->second;
  if (position.symbol != request.symbol) return INVALID;
  if (same(position.stop_loss, request.stop_loss) && same(position.take_profit, request.take_profit)) return NO_CHANGES;
  const Quote &quote = quotes_.at(request.symbol);
  const double exit = position.side == Side::buy ? quote.bid : quote.ask;
  return stops_fit(instrument, position.side, exit, request.stop_loss, request.take_profit) ? ACCEPTABLE : INVALID_STOPS;
}

unsigned Broker::refused_order_change(const TradeRequest &request) const {
  const auto found = books_.orders.find(request.order);
  if (found == books_.orders.end() || !found->second.active()) return INVALID;
  return is_market(found->second.type) ? INVALID : ACCEPTABLE;
}

}  // namespace sim
