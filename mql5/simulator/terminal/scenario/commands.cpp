#include "commands.hpp"

#include <cmath>

#include "stories.hpp"

namespace sim {
namespace {

bool near(double left, double right) { return std::fabs(left - right) < 1e-6; }

double number_of(const Json &value) {
  Decimal parsed;
  return !value.is_null() && Decimal::parse(value.text(), parsed) ? parsed.number() : 0;
}

const char *word_of(OrderType type) { return is_market(type) ? "market" : is_limit(type) ? "limit" : "stop"; }

std::string misread_opening(const LedgerDirective &directive, const TradeRequest &request, double step) {
  const Json &document = directive.document;
  const double wanted = std::floor(directive.volume_lots->number() / step + 1e-6) * step;
  if (is_buy(request.type) != (directive.side == "buy")) return "the wrong side";
  if (directive.order_type != word_of(request.type)) return "another kind of order";
  if (!near(request.volume, wanted)) return "volume " + std::to_string(request.volume);
  if (!near(request.stop_loss, number_of(document["stop_loss"]))) return "another stop loss";
  if (!near(request.take_profit, number_of(document["take_profit"]))) return "another take profit";
  if (!is_market(request.type) && !near(request.price, number_of(document["price"]))) return "another price";
  if (!is_market(request.type) && request.expiration == 0) return "a pending order without an end";
  return "";
}

std::string misread_closing(const LedgerDirective &directive, const TradeRequest &request, const Broker &broker) {
  const auto position = broker.books().positions.find(request.position);
  if (position == broker.books().positions.end()) return "";  // closed between request and here
  const double all = position->second.volume, wanted = directive.volume_lots ? directive.volume_lots->number() : all;
  if (position->second.magic % (1UL << 40) != static_cast<unsigned long>(directive.target_no)) return "closes another position";
  return request.volume > wanted + 1e-9 ? "closes more than commanded" : "";
}

}  // namespace

std::string misread(const LedgerDirective &directive, const TradeRequest &request, const Broker &broker) {
  if (request.symbol != directive.symbol + SYMBOL_SUFFIX) return "symbol " + request.symbol;
  if (request.deviation != static_cast<unsigned long>(directive.document["max_slippage_points"].integer())) return "another slippage";
  const bool closing = request.action == Action::deal && request.position;
  if (directive.action == "close") return closing ? misread_closing(directive, request, broker) : "no closing order";
  if (directive.action == "modify") return request.action == Action::stops ? "" : "no change of stops";
  return closing || request.action == Action::stops ? "no opening order" : misread_opening(directive, request, broker.instruments().at(request.symbol).volume_step);
}

std::string misread(const LedgerDirective &directive, const Modification &change) {
  const Json &stop_loss = directive.document["stop_loss"], &take_profit = directive.document["take_profit"];
  if (!near(change.stop_loss, stop_loss.is_null() ? change.stop_loss_before : number_of(stop_loss))) return "another stop loss";
  if (!near(change.take_profit, take_profit.is_null() ? change.take_profit_before : number_of(take_profit))) return "another take profit";
  return "";
}

}  // namespace sim
