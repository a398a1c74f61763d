// Order* and HistoryOrder*: what waits at the broker, and what waited there.
#include <algorithm>

#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

std::vector<Ticket> active(Terminal &terminal) {
  std::vector<Ticket> tickets;
  for (const auto &[ticket, order] : terminal.books().orders)
    if (terminal.is_active(order) && terminal.sees_positions()) tickets.push_back(ticket);
  return tickets;
}

const Order *found(Terminal &terminal, Ticket ticket) {
  const auto &orders = terminal.books().orders;
  const auto order = orders.find(ticket);
  if (order != orders.end()) return &order->second;
  mql::machine().set_error(mql::ERR_TRADE_ORDER_NOT_FOUND);
  return nullptr;
}

const Order *selected() {
  Terminal *terminal = calling();
  const Order *order = terminal ? found(*terminal, terminal->selected_order) : nullptr;
  return order && terminal->is_active(*order) ? order : nullptr;
}

// Only of what HistorySelect brought.
const Order *in_history(Ticket ticket) {
  Terminal *terminal = calling();
  if (!terminal) return nullptr;
  const auto &chosen = terminal->history.orders;
  return std::find(chosen.begin(), chosen.end(), ticket) == chosen.end() ? nullptr : found(*terminal, ticket);
}

long server_ms(Moment at) { return at ? (at + calling()->world().broker().offset_seconds * SECOND) / MILLISECOND : 0; }

bool integer(const Order &order, mql::ENUM_ORDER_PROPERTY_INTEGER property, long &value) {
  switch (property) {
    case mql::ORDER_TICKET: value = static_cast<long>(order.ticket); return true;
    case mql::ORDER_TIME_SETUP: value = server_ms(order.set_up) / 1000; return true;
    case mql::ORDER_TIME_SETUP_MSC: value = server_ms(order.set_up); return true;
    case mql::ORDER_TIME_DONE: value = server_ms(order.done) / 1000; return true;
    case mql::ORDER_TIME_DONE_MSC: value = server_ms(order.done); return true;
    case mql::ORDER_TIME_EXPIRATION: value = order.expiration; return true;
    case mql::ORDER_TYPE: value = static_cast<long>(order.type); return true;
    case mql::ORDER_STATE: value = static_cast<long>(order.state); return true;
    case mql::ORDER_TYPE_FILLING: value = static_cast<long>(order.filling); return true;
    case mql::ORDER_TYPE_TIME: value = static_cast<long>(order.time); return true;
    case mql::ORDER_MAGIC: value = static_cast<long>(order.magic); return true;
    case mql::ORDER_REASON: value = static_cast<long>(order.reason); return true;
    case mql::ORDER_POSITION_ID: value = static_cast<long>(order.position_id); return true;
    case mql::ORDER_POSITION_BY_ID: value = 0; return true;
  }
  return false;
}

bool real(const Order &order, mql::ENUM_ORDER_PROPERTY_DOUBLE property, double &value) {
  const Quote *quote = calling()->world().broker().quote(order.symbol);
  switch (property) {
    case mql::ORDER_VOLUME_INITIAL: value = order.volume_initial; return true;
    case mql::ORDER_VOLUME_CURRENT: value = order.volume_current; return true;
    case mql::ORDER_PRICE_OPEN: value = order.price; return true;
    case mql::ORDER_SL: value = order.stop_loss; return true;
    case mql::ORDER_TP: value = order.take_profit; return true;
    case mql::ORDER_PRICE_CURRENT: value = is_buy(order.type) ? quote->ask : quote->bid; return true;
    case mql::ORDER_PRICE_STOPLIMIT: value = 0; return true;
  }
  return false;
}

bool text(const Order &order, mql::ENUM_ORDER_PROPERTY_STRING property, mql::string &value) {
  value = mql::string::from_utf8(property == mql::ORDER_SYMBOL ? order.symbol : property == mql::ORDER_COMMENT ? order.comment : "");
  return true;
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

int OrdersTotal() {
  Terminal *terminal = calling();
  return terminal ? static_cast<int>(active(*terminal).size()) : 0;
}
ulong OrderGetTicket(int index) {
  Terminal *terminal = calling();
  if (!terminal) return 0;
  const std::vector<Ticket> tickets = active(*terminal);
  if (index < 0 || index >= static_cast<int>(tickets.size())) return 0;
  return terminal->selected_order = tickets[static_cast<std::size_t>(index)];
}
bool OrderSelect(ulong ticket) {
  Terminal *terminal = calling();
  if (!terminal) return false;
  terminal->selected_order = ticket;
  return selected() != nullptr;
}
bool OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER property, long &value) {
  const Order *order = selected();
  return order && integer(*order, property, value);
}
long OrderGetInteger(ENUM_ORDER_PROPERTY_INTEGER property) {
  long value = 0;
  OrderGetInteger(property, value);
  return value;
}
bool OrderGetDouble(ENUM_ORDER_PROPERTY_DOUBLE property, double &value) {
  const Order *order = selected();
  return order && real(*order, property, value);
}
double OrderGetDouble(ENUM_ORDER_PROPERTY_DOUBLE property) {
  double value = 0;
  OrderGetDouble(property, value);
  return value;
}
bool OrderGetString(ENUM_ORDER_PROPERTY_STRING property, string &value) {
  const Order *order = selected();
  return order && text(*order, property, value);
}
string OrderGetString(ENUM_ORDER_PROPERTY_STRING property) {
  string value = u""_s;
  OrderGetString(property, value);
  return value;
}

int HistoryOrdersTotal() {
  Terminal *terminal = calling();
  return terminal ? static_cast<int>(terminal->history.orders.size()) : 0;
}
ulong HistoryOrderGetTicket(int index) {
  if (index < 0 || index >= HistoryOrdersTotal()) return 0;
  return calling()->history.orders[static_cast<std::size_t>(index)];
}
bool HistoryOrderGetInteger(ulong ticket, ENUM_ORDER_PROPERTY_INTEGER property, long &value) {
  const Order *order = in_history(ticket);
  return order && integer(*order, property, value);
}
long HistoryOrderGetInteger(ulong ticket, ENUM_ORDER_PROPERTY_INTEGER property) {
  long value = 0;
  HistoryOrderGetInteger(ticket, property, value);
  return value;
}
bool HistoryOrderGetDouble(ulong ticket, ENUM_ORDER_PROPERTY_DOUBLE property, double &value) {
  const Order *order = in_history(ticket);
  return order && real(*order, property, value);
}
double HistoryOrderGetDouble(ulong ticket, ENUM_ORDER_PROPERTY_DOUBLE property) {
  double value = 0;
  HistoryOrderGetDouble(ticket, property, value);
  return value;
}
bool HistoryOrderGetString(ulong ticket, ENUM_ORDER_PROPERTY_STRING property, string &value) {
  const Order *order = in_history(ticket);
  return order && text(*order, property, value);
}
string HistoryOrderGetString(ulong ticket, ENUM_ORDER_PROPERTY_STRING property) {
  string value = u""_s;
  HistoryOrderGetString(ticket, property, value);
  return value;
}

}  // namespace mql
