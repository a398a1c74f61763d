// Carrying requests out: orders become deals, deals open and close positions.
#include <algorithm>
#include <cmath>

#include "broker.hpp"

namespace sim {

void Broker::deposit(double amount) {
  Deal deal;
  deal.ticket = next_deal_++;
  deal.is_balance = true;
  deal.profit = amount;
  deal.at = now_;
  balance += amount;
  books_.deals.push_back(deal);
}

Moment Broker::next_due() const {
  Moment due = 0;
  const auto consider = [&](Moment at) {
    if (due == 0 || at < due) due = at;
  };
  for (const Job &job : jobs_) consider(job.due);
  for (const auto &[ticket, order] : books_.orders)
    if (order.active() && order.expiration && !is_market(order.type)) consider((order.expiration - offset_seconds) * SECOND);
  return due;
}

void Broker::advance(Moment at) {
  while (const Moment due = next_due()) {
    if (due > at) break;
    now_ = std::max(now_, due);
    const auto job = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job &one) { return one.due <= now_; });
    if (job != jobs_.end()) {
      const Job chosen = *job;
      jobs_.erase(job);
      carry_out(chosen);
    }
    expire_orders();
  }
  now_ = std::max(now_, at);
}

TradeAnswer Broker::execute(unsigned long id) {
  const auto job = std::find_if(jobs_.begin(), jobs_.end(), [&](const Job &one) { return one.id == id; });
  if (job == jobs_.end()) return {};
  if (job->handling.delay > 0) return job->order ? answer_of(PLACED, books_.orders[job->order]) : TradeAnswer{};
  const Job chosen = *job;
  jobs_.erase(job);
  return carry_out(chosen);
}

TradeAnswer Broker::carry_out(Job job) {
  ++revision_;
  const bool trades = job.request.action == Action::deal || job.request.action == Action::pending;
  if (!trades) return job.request.action == Action::stops ? change_stops(job)
                    : job.request.action == Action::close_by ? close_against(job) : change_order(job);
  if (job.order == 0) {
    if (job.request.position && !books_.positions.contains(job.request.position)) return {};  // gone meanwhile: nobody ever saw it
    job.order = place(job.request, job.handling);
  }
  Order &order = books_.orders.at(job.order);
  if (job.handling.cancels) {
    finish(order, OrderState::canceled);
    return answer_of(REJECT, order);
  }
  if (job.request.action == Action::deal) return trade(order, job);
  order.state = OrderState::placed;
  return answer_of(DONE, order);
}

TradeAnswer Broker::trade(Order &order, const Job &job) {
  const Instrument &instrument = instruments_.at(order.symbol);
  const Quote &quote = quotes_.at(order.symbol);
  if (job.request.position && !books_.positions.contains(job.request.position)) {
    finish(order, OrderState::rejected);
    return answer_of(POSITION_CLOSED, order);
  }
  const double steps = std::floor(order.volume_initial * job.handling.share / instrument.volume_step + 1e-6);
  double left = steps * instrument.volume_step;
  double price = is_buy(order.type) ? quote.ask : quote.bid, filled = 0, paid = 0;
  const double slip = instrument.slip_points * std::pow(10.0, -instrument.digits) * (is_buy(order.type) ? 1 : -1);
  while (left > 1e-9) {
    const double slice = std::min(left, instrument.liquidity);
    fill(order, slice, rounded(price, instrument.digits));
    filled += slice;
    paid += slice * rounded(price, instrument.digits);
    left = rounded(left - slice, 8);
    price += slip;
  }
  finish(order, order.volume_current < 1e-9 ? OrderState::filled : OrderState::canceled);
  TradeAnswer answer = answer_of(order.state == OrderState::filled ? DONE : filled > 0 ? DONE_PARTIAL : REJECT, order);
  answer.volume = filled;
  answer.price = filled > 0 ? rounded(paid / filled, instrument.digits) : 0;
  return answer;
}

TradeAnswer Broker::change_stops(const Job &job) {
  TradeAnswer answer;
  const auto found = books_.positions.find(job.request.position);
  answer.retcode = found == books_.positions.end() ? POSITION_CLOSED : DONE;
  if (found == books_.positions.end()) return answer;
  modifications_.push_back({job.request.magic, found->second.identifier, found->second.stop_loss, found->second.take_profit,
                            job.request.stop_loss, job.request.take_profit});
  found->second.stop_loss = job.request.stop_loss;
  found->second.take_profit = job.request.take_profit;
  found->second.updated = now_;
  note(TradeNotice::Kind::position_changed, 0, 0, found->second.ticket, found->second.symbol);
  return answer;
}

TradeAnswer Broker::change_order(const Job &job) {
  Order &order = books_.orders.at(job.request.order);
  if (!order.active()) return answer_of(INVALID, order);
  if (job.request.action == Action::remove) {
    finish(order, OrderState::canceled);
  } else {
    order.price = job.request.price;
    order.stop_loss = job.request.stop_loss;
    order.take_profit = job.request.take_profit;
  }
  return answer_of(DONE, order);
}

TradeAnswer Broker::close_against(const Job &job) {
  TradeAnswer answer;
  const auto one = books_.positions.find(job.request.position), other = books_.positions.find(job.request.position_by);
  answer.retcode = one == books_.positions.end() || other == books_.positions.end() ? POSITION_CLOSED : DONE;
  if (answer.retcode != DONE) return answer;
  const double price = other->second.open_price;
  close_position(one->second, price, Reason::expert, job.request.comment);
  close_position(books_.positions.at(job.request.position_by), price, Reason::expert, job.request.comment);
  return answer;
}

void Broker::fill(Order &order, double volume, double price) {
  const auto position = std::find_if(books_.positions.begin(), books_.positions.end(), [&](const auto &entry) {
    return order.position_id && entry.second.identifier == order.position_id;
  });
  const Side side = is_buy(order.type) ? Side::buy : Side::sell;
  if (position == books_.positions.end() || position->second.side == side) fill_in(order, volume, price);
  else fill_out(order, position->second, volume, price);
  order.volume_current = rounded(order.volume_current - volume, 8);
}

void Broker::fill_in(Order &order, double volume, double price) {
  const Instrument &instrument = instruments_.at(order.symbol);
  order.position_id = order.ticket;
  deal_of(order, Entry::in, volume, price);
  const auto [entry, fresh] = books_.positions.try_emplace(order.ticket);
  Position &position = entry->second;
  if (fresh)
    position = {order.ticket, order.ticket, order.magic, order.symbol, order.comment, is_buy(order.type) ? Side::buy : Side::sell,
                order.reason, 0, 0, order.stop_loss, order.take_profit, 0, now_, now_};
  position.open_price = rounded((position.open_price * position.volume + price * volume) / (position.volume + volume), instrument.digits + 3);
  position.volume = rounded(position.volume + volume, 8);
  note(TradeNotice::Kind::position_changed, order.ticket, 0, position.ticket, order.symbol);
}

void Broker::fill_out(Order &order, Position &position, double volume, double price) {
  const Instrument &instrument = instruments_.at(order.symbol);
  const double share = volume / position.volume, gained = (price - position.open_price) * (position.side == Side::buy ? 1 : -1);
  Deal &deal = deal_of(order, Entry::out, volume, price);
  deal.profit = rounded(gained / instrument.tick_size * instrument.tick_value * volume, 2);
  deal.swap = rounded(position.swap * share, 2);
  // Of an exit, MetaTrader keeps the stops that the position had, not those of the order that closed it.
  deal.stop_loss = position.stop_loss;
  deal.take_profit = position.take_profit;
  position.swap -= deal.swap;
  position.volume = rounded(position.volume - volume, 8);
  position.updated = now_;
  balance = rounded(balance + deal.profit + deal.swap, 2);
  const Ticket ticket = position.ticket;
  if (position.volume < 1e-9) books_.positions.erase(ticket);
  note(TradeNotice::Kind::position_changed, order.ticket, 0, ticket, order.symbol);
}

Deal &Broker::deal_of(const Order &order, Entry entry, double volume, double price) {
  Deal deal;
  deal.ticket = next_deal_++;
  deal.order = order.ticket;
  deal.position_id = order.position_id;
  deal.magic = order.magic;
  deal.symbol = order.symbol;
  deal.comment = order.comment;
  deal.side = is_buy(order.type) ? Side::buy : Side::sell;
  deal.entry = entry;
  deal.reason = order.reason;
  deal.volume = volume;
  deal.price = price;
  deal.stop_loss = order.stop_loss;
  deal.take_profit = order.take_profit;
  deal.commission = -rounded(instruments_.at(order.symbol).commission_per_lot * volume, 2);
  deal.at = now_;
  balance = rounded(balance + deal.commission, 2);
  books_.deals.push_back(deal);
  ++revision_;
  note(TradeNotice::Kind::deal_added, order.ticket, deal.ticket, deal.position_id, deal.symbol);
  return books_.deals.back();
}

void Broker::finish(Order &order, OrderState state) {
  order.state = state;
  order.done = now_;
  ++revision_;
  note(TradeNotice::Kind::order_gone, order.ticket, 0, order.position_id, order.symbol);
  note(TradeNotice::Kind::history_added, order.ticket, 0, order.position_id, order.symbol);
}

TradeAnswer Broker::answer_of(unsigned retcode, const Order &order) const {
  TradeAnswer answer;
  answer.retcode = retcode;
  answer.order = order.ticket;
  answer.volume = order.volume_initial;
  if (const Quote *quote = this->quote(order.symbol)) answer.bid = quote->bid, answer.ask = quote->ask;
  for (const Deal &deal : books_.deals)
    if (deal.order == order.ticket) answer.deal = deal.ticket;
  return answer;
}

void Broker::note(TradeNotice::Kind kind, Ticket order, Ticket deal, Ticket position, const std::string &symbol) {
  notices_.push_back({kind, order, deal, position, symbol});
}

}  // namespace sim
