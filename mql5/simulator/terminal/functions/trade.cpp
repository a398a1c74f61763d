// OrderSend and what belongs to it. A request passes four places where the terminal can die: before it leaves,
// with the broker having it, with the broker having carried it out, with the answer back.
#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

constexpr Moment ONE_WAY = 20 * MILLISECOND;
constexpr Moment ANSWER_TIMEOUT = 3 * SECOND;
constexpr unsigned AUTOTRADING_OFF = 10027;

TradeRequest request_of(const mql::MqlTradeRequest &from) {
  TradeRequest made;
  made.action = static_cast<Action>(from.action);
  made.magic = from.magic;
  made.order = from.order;
  made.position = from.position;
  made.position_by = from.position_by;
  made.symbol = from.symbol.utf8();
  made.comment = from.comment.utf8();
  made.volume = from.volume;
  made.price = from.price;
  made.stop_loss = from.sl;
  made.take_profit = from.tp;
  made.deviation = from.deviation;
  made.type = static_cast<OrderType>(from.type);
  made.filling = static_cast<Filling>(from.type_filling);
  made.time = static_cast<OrderTime>(from.type_time);
  made.expiration = static_cast<long>(from.expiration);
  return made;
}

const char *target_of(const TradeRequest &request) {
  switch (request.action) {
    case Action::deal: return request.position ? "close" : "open";
    case Action::pending: return "pending";
    case Action::stops: return "modify";
    default: return "other";
  }
}

// How the broker treats the request, as far as the fault says.
Handling handling_of(const Fault *fault) {
  Handling handling;
  if (!fault) return handling;
  const Moment delay = static_cast<Moment>(fault->value * SECOND);
  if (fault->kind == "order-answer") handling.refuse = static_cast<unsigned>(fault->value);
  if (fault->kind == "order-partial") handling.share = fault->value;
  if (fault->kind == "order-late" || fault->kind == "order-late-lost" || fault->kind == "order-cancelled") handling.delay = delay;
  // With the dealing desk: taken, and nowhere to be seen until it is done.
  if (fault->kind == "order-limbo") handling.delay = delay, handling.unseen = true;
  if (fault->kind == "order-cancelled") handling.cancels = true;
  if (fault->kind == "order-commentless") handling.drops_comment = true;
  return handling;
}

// What of the broker's answer comes back.
TradeAnswer returned(const Fault *fault, TradeAnswer answer) {
  if (!fault) return answer;
  TradeAnswer lost;
  if (fault->kind == "order-silent" || fault->kind == "order-silent-done") return lost;
  if (fault->kind == "order-answer-done") lost.retcode = static_cast<unsigned>(fault->value);
  if (fault->kind == "order-late-lost" || fault->kind == "order-limbo") lost.retcode = TIMEOUT;
  if (fault->kind == "order-cut") lost.retcode = CONNECTION;
  if (lost.retcode) return lost;
  if (fault->kind == "order-bare") answer.order = answer.deal = 0;
  return answer;
}

const char *words_for(unsigned retcode) {
  if (retcode == DONE) return "Request executed";
  if (retcode == PLACED) return "Order placed";
  return "Rejeté: prix périmé – 価格";  // brokers answer in their own language
}

bool answered(mql::MqlTradeResult &result, const TradeAnswer &answer) {
  result.retcode = answer.retcode;
  result.deal = answer.deal;
  result.order = answer.order;
  result.volume = answer.volume;
  result.price = answer.price;
  result.bid = answer.bid;
  result.ask = answer.ask;
  result.comment = mql::string::from_utf8(answer.retcode ? words_for(answer.retcode) : "");
  const bool taken = answer.retcode == DONE || answer.retcode == PLACED || answer.retcode == DONE_PARTIAL;
  if (!taken) mql::machine().set_error(mql::ERR_TRADE_SEND_FAILED);
  return taken;
}

TradeAnswer without_leaving(unsigned retcode) {
  TradeAnswer answer;
  answer.retcode = retcode;
  return answer;
}

TradeAnswer send(Terminal &terminal, const TradeRequest &request) {
  Surroundings &world = terminal.world();
  mql::Machine &machine = terminal.machine();
  const Fault *fault = world.faults().strike("order", target_of(request));
  if (fault && fault->kind == "order-silent") return terminal.wait(ANSWER_TIMEOUT), TradeAnswer{};
  machine.crash_point("order.before");
  terminal.wait(ONE_WAY);
  if (!terminal.connected()) return without_leaving(CONNECTION);
  if (fault && fault->kind == "order-cut") terminal.lose_connection(static_cast<Moment>(fault->value * SECOND));
  const Broker::Accepted accepted = world.broker().accept(request, handling_of(fault));
  world.trace().add(world.now(), terminal.settings().program + " order " + target_of(request) + " " + request.symbol + " " +
                                     std::to_string(request.magic & 0xFFFFFFFFFF) + " " + std::to_string(accepted.answer.retcode));
  if (accepted.job) world.accepted(request);
  else if (!fault) world.refused(request, accepted.answer.retcode);
  machine.crash_point("order.accepted");
  const TradeAnswer answer = accepted.job ? world.broker().execute(accepted.job) : accepted.answer;
  machine.crash_point("order.executed");
  const bool lost = fault && (fault->kind == "order-silent-done" || fault->kind == "order-late-lost" || fault->kind == "order-limbo");
  terminal.wait(lost ? ANSWER_TIMEOUT : ONE_WAY);
  machine.crash_point("order.answered");
  return returned(fault, answer);
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

bool OrderSend(MqlTradeRequest &request, MqlTradeResult &result) {
  Terminal *terminal = calling();
  result = zero_value<MqlTradeResult>();
  if (!terminal) return false;
  if (!terminal->trade_allowed()) return answered(result, without_leaving(AUTOTRADING_OFF));
  if (!terminal->connected()) return answered(result, without_leaving(CONNECTION));
  return answered(result, send(*terminal, request_of(request)));
}

bool OrderCalcMargin(ENUM_ORDER_TYPE, string symbol, double volume, double price, double &margin) {
  Terminal *terminal = calling();
  margin = 0;
  if (!terminal || !terminal->world().broker().instrument(symbol.utf8())) return false;
  margin = terminal->world().broker().margin(symbol.utf8(), volume, price);
  return true;
}

}  // namespace mql
