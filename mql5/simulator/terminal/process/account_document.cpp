#include "account_document.hpp"

#include "../common/decimal.hpp"

namespace sim {
namespace {

constexpr int MONEY = 2, LOTS = 8;

const char *reason_text(Reason reason) {
  switch (reason) {
    case Reason::client: return "client";
    case Reason::expert: return "expert";
    case Reason::stop_loss: return "stop_loss";
    case Reason::take_profit: return "take_profit";
    default: return "stop_out";
  }
}

const char *side_text(Side side) { return side == Side::buy ? "buy" : "sell"; }

std::string decimal(double value, int digits) { return Decimal::of(value, digits).text(); }

long ticket(Ticket number) { return static_cast<long>(number); }

int digits_of(const Broker &broker, const std::string &symbol) { return broker.instruments().at(symbol).digits; }

Json order_document(const Order &order) {
  return Json::object({{"order_ticket", ticket(order.ticket)},
                       {"magic", ticket(order.magic)},
                       {"symbol", order.symbol},
                       {"side", side_text(is_buy(order.type) ? Side::buy : Side::sell)},
                       {"volume_lots", decimal(order.volume_initial, LOTS)},
                       {"cause", reason_text(order.reason)},
                       {"position_id", ticket(order.position_id)},
                       {"comment", order.comment},
                       {"placed_at", utc_text(order.set_up)}});
}

Json deal_document(const Broker &broker, const Deal &deal) {
  return Json::object({{"deal_ticket", ticket(deal.ticket)},
                       {"order_ticket", ticket(deal.order)},
                       {"position_id", ticket(deal.position_id)},
                       {"magic", ticket(deal.magic)},
                       {"entry", deal.entry == Entry::in ? "in" : "out"},
                       {"cause", reason_text(deal.reason)},
                       {"volume_lots", decimal(deal.volume, LOTS)},
                       {"price", decimal(deal.price, digits_of(broker, deal.symbol))},
                       {"commission", decimal(deal.commission, MONEY)},
                       {"swap", decimal(deal.swap, MONEY)},
                       {"profit", decimal(deal.profit, MONEY)},
                       {"dealt_at", utc_text(deal.at)}});
}

Json position_document(const Broker &broker, const Position &position) {
  return Json::object({{"position_id", ticket(position.identifier)},
                       {"magic", ticket(position.magic)},
                       {"symbol", position.symbol},
                       {"side", side_text(position.side)},
                       {"volume_lots", decimal(position.volume, LOTS)},
                       {"open_price", decimal(position.open_price, digits_of(broker, position.symbol) + 3)}});
}

}  // namespace

Json account_document(const Broker &broker) {
  Json orders = Json::array(), deals = Json::array(), positions = Json::array();
  for (const auto &[number, order] : broker.books().orders) orders.push(order_document(order));
  for (const Deal &deal : broker.books().deals)
    if (!deal.is_balance) deals.push(deal_document(broker, deal));
  for (const auto &[number, position] : broker.books().positions) positions.push(position_document(broker, position));
  return Json::object({{"currency", broker.currency},
                       {"balance", decimal(broker.balance, MONEY)},
                       {"equity", decimal(broker.equity(), MONEY)},
                       {"orders", std::move(orders)},
                       {"deals", std::move(deals)},
                       {"positions", std::move(positions)}});
}

}  // namespace sim
