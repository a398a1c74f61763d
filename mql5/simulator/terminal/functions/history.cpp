// HistorySelect* and HistoryDeal*: the past, by the broker's clock.
#include <algorithm>

#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

long server_ms(Moment at) { return (at + calling()->world().broker().offset_seconds * SECOND) / MILLISECOND; }

bool within(Moment at, long from_seconds, long to_seconds) {
  const long seconds = server_ms(at) / 1000;
  return seconds >= from_seconds && seconds <= to_seconds;
}

template <class OrderFits, class DealFits>
bool select(OrderFits order_fits, DealFits deal_fits) {
  Terminal *terminal = calling();
  if (!terminal) return false;
  terminal->history = {};
  if (!terminal->sees_history()) return true;  // there is no way to tell: it is empty until it has arrived
  for (const auto &[ticket, order] : terminal->books().orders)
    if (!order.active() && order_fits(order)) terminal->history.orders.push_back(ticket);
  for (const Deal &deal : terminal->books().deals)
    if (deal_fits(deal)) terminal->history.deals.push_back(deal.ticket);
  return true;
}

const Deal *in_history(Ticket ticket) {
  Terminal *terminal = calling();
  if (!terminal) return nullptr;
  const auto &chosen = terminal->history.deals;
  if (std::find(chosen.begin(), chosen.end(), ticket) != chosen.end())
    for (const Deal &deal : terminal->books().deals)
      if (deal.ticket == ticket) return &deal;
  mql::machine().set_error(mql::ERR_TRADE_DEAL_NOT_FOUND);
  return nullptr;
}

bool integer(const Deal &deal, mql::ENUM_DEAL_PROPERTY_INTEGER property, long &value) {
  switch (property) {
    case mql::DEAL_TICKET: value = static_cast<long>(deal.ticket); return true;
    case mql::DEAL_ORDER: value = static_cast<long>(deal.order); return true;
    case mql::DEAL_TIME: value = server_ms(deal.at) / 1000; return true;
    case mql::DEAL_TIME_MSC: value = server_ms(deal.at); return true;
    case mql::DEAL_TYPE: value = deal.is_balance ? static_cast<long>(mql::DEAL_TYPE_BALANCE) : static_cast<long>(deal.side); return true;
    case mql::DEAL_ENTRY: value = static_cast<long>(deal.entry); return true;
    case mql::DEAL_MAGIC: value = static_cast<long>(deal.magic); return true;
    case mql::DEAL_REASON: value = static_cast<long>(deal.reason); return true;
    case mql::DEAL_POSITION_ID: value = static_cast<long>(deal.position_id); return true;
  }
  return false;
}

bool real(const Deal &deal, mql::ENUM_DEAL_PROPERTY_DOUBLE property, double &value) {
  switch (property) {
    case mql::DEAL_VOLUME: value = deal.volume; return true;
    case mql::DEAL_PRICE: value = deal.price; return true;
    case mql::DEAL_COMMISSION: value = deal.commission; return true;
    case mql::DEAL_SWAP: value = deal.swap; return true;
    case mql::DEAL_PROFIT: value = deal.profit; return true;
    case mql::DEAL_FEE: value = 0; return true;
    case mql::DEAL_SL: value = deal.stop_loss; return true;
    case mql::DEAL_TP: value = deal.take_profit; return true;
  }
  return false;
}

bool text(const Deal &deal, mql::ENUM_DEAL_PROPERTY_STRING property, mql::string &value) {
  value = mql::string::from_utf8(property == mql::DEAL_SYMBOL ? deal.symbol : property == mql::DEAL_COMMENT ? deal.comment : "");
  return true;
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

bool HistorySelect(datetime from, datetime to) {
  const long first = from, last = to;
  return select([&](const Order &order) { return within(order.set_up, first, last) && within(order.done, first, last); },
                [&](const Deal &deal) { return within(deal.at, first, last); });
}
bool HistorySelectByPosition(long position) {
  const Ticket id = static_cast<Ticket>(position);
  return select([&](const Order &order) { return order.position_id == id; }, [&](const Deal &deal) { return deal.position_id == id; });
}

int HistoryDealsTotal() {
  Terminal *terminal = calling();
  return terminal ? static_cast<int>(terminal->history.deals.size()) : 0;
}
ulong HistoryDealGetTicket(int index) {
  if (index < 0 || index >= HistoryDealsTotal()) return 0;
  return calling()->history.deals[static_cast<std::size_t>(index)];
}
bool HistoryDealSelect(ulong ticket) {
  Terminal *terminal = calling();
  if (!terminal || !terminal->sees_history()) return false;
  const auto &deals = terminal->books().deals;
  const bool known = std::any_of(deals.begin(), deals.end(), [&](const Deal &deal) { return deal.ticket == ticket; });
  if (known) terminal->history = {{}, {ticket}};
  return known;
}
bool HistoryOrderSelect(ulong ticket) {
  Terminal *terminal = calling();
  if (!terminal || !terminal->sees_history()) return false;
  const auto found = terminal->books().orders.find(ticket);
  const bool known = found != terminal->books().orders.end() && !found->second.active();
  if (known) terminal->history = {{ticket}, {}};
  return known;
}
bool HistoryDealGetInteger(ulong ticket, ENUM_DEAL_PROPERTY_INTEGER property, long &value) {
  const Deal *deal = in_history(ticket);
  return deal && integer(*deal, property, value);
}
long HistoryDealGetInteger(ulong ticket, ENUM_DEAL_PROPERTY_INTEGER property) {
  long value = 0;
  HistoryDealGetInteger(ticket, property, value);
  return value;
}
bool HistoryDealGetDouble(ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE property, double &value) {
  const Deal *deal = in_history(ticket);
  return deal && real(*deal, property, value);
}
double HistoryDealGetDouble(ulong ticket, ENUM_DEAL_PROPERTY_DOUBLE property) {
  double value = 0;
  HistoryDealGetDouble(ticket, property, value);
  return value;
}
bool HistoryDealGetString(ulong ticket, ENUM_DEAL_PROPERTY_STRING property, string &value) {
  const Deal *deal = in_history(ticket);
  return deal && text(*deal, property, value);
}
string HistoryDealGetString(ulong ticket, ENUM_DEAL_PROPERTY_STRING property) {
  string value = u""_s;
  HistoryDealGetString(ticket, property, value);
  return value;
}

}  // namespace mql
