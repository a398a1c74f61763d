// The officer says what the account looks like; the ledger says where it remembers otherwise.
#include <algorithm>

#include "ledger.hpp"

namespace sim {
namespace {

struct BrokerSide {
  std::string position_id, symbol;
  Decimal volume_lots;
};

// Tickets are numbers without leading zeros: the shorter is the smaller.
bool smaller_ticket(const std::string &left, const std::string &right) {
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

// Only what carries our magic number; what the trader does by hand is the trader's.
std::map<long, BrokerSide> ours(const Json &positions) {
  std::map<long, BrokerSide> found;
  for (const Json &position : positions.items()) {
    if (position["directive_no"].is_null()) continue;
    const auto [entry, fresh] = found.try_emplace(position["directive_no"].integer());
    BrokerSide &side = entry->second;
    const std::string &id = position["position_id"].text(), &symbol = position["symbol"].text();
    if (fresh || smaller_ticket(id, side.position_id)) side.position_id = id;
    if (fresh || symbol < side.symbol) side.symbol = symbol;
    Decimal volume;
    Decimal::parse(position["volume_lots"].text(), volume);
    side.volume_lots += volume;
  }
  return found;
}

Json optional_text(const std::string &text) { return text.empty() ? Json() : Json(text); }
Json optional_lots(const std::optional<Decimal> &lots) { return lots ? Json(lots->text()) : Json(); }

Json document_of(const Discrepancy &found) {
  return Json::object({{"kind", found.kind},
                       {"directive_no", found.directive_no},
                       {"position_id", optional_text(found.position_id)},
                       {"symbol", found.symbol},
                       {"expected_volume_lots", optional_lots(found.expected_lots)},
                       {"actual_volume_lots", optional_lots(found.actual_lots)}});
}

}  // namespace

Json Ledger::sync(const std::string &account_id, const Json &request, Moment at) {
  require_account(accounts_.at(account_id), request["account"]);
  seen(account_id, request["instance_id"].text(), at);
  cancel_expired(account_id, at);
  Json documents = Json::array();
  for (Discrepancy &found : find_discrepancies(account_id, request["positions"], request["orders"])) {
    documents.push(document_of(found));
    discrepancies_.push_back(std::move(found));
  }
  Json directives = identities(account_id, {&request["positions"], &request["orders"], &documents});
  return Json::object({{"server_time", utc_text(at)},
                       {"directives", std::move(directives)},
                       {"discrepancies", std::move(documents)},
                       {"wanted_bars", bars_.wanted(source_of(account_id))}});
}

Json Ledger::identities(const std::string &account_id, const std::vector<const Json *> &lists) const {
  std::set<long> numbers;
  for (const Json *list : lists)
    for (const Json &item : list->items())
      if (!item["directive_no"].is_null()) numbers.insert(item["directive_no"].integer());
  Json found = Json::array();
  for (const long no : numbers) {
    const auto directive = directives_.find(no);
    if (directive == directives_.end() || directive->second.account_id != account_id) continue;
    found.push(Json::object({{"directive_no", no}, {"directive_id", directive->second.id}, {"status", directive->second.status}}));
  }
  return found;
}

void Ledger::require_account(const LedgerAccount &account, const Json &state) const {
  if (!state["hedging"].boolean())
    throw Refusal{"hedging_required", "On a netting account positions merge and lose their magic number.",
                  "Use a hedging account: contract version 1 needs one."};
  if (state["currency"].text() != account.currency)
    throw Refusal{"account_mismatch",
                  "This terminal's account is in " + state["currency"].text() + ", account " + account.account_id + " is not.",
                  "Check that the EA runs on the account its API key was issued for."};
}

void Ledger::cancel_expired(const std::string &account_id, Moment at) {
  for (auto &[no, directive] : directives_)
    if (directive.account_id == account_id && directive.status == "pending" && directive.expires_at && *directive.expires_at <= at)
      move(directive, "cancelled");
}

std::set<long> Ledger::busy(const std::string &account_id, const Json &orders) const {
  std::set<long> numbers;
  for (const Json &order : orders.items())
    if (!order["directive_no"].is_null()) numbers.insert(order["directive_no"].integer());
  for (const auto &[no, directive] : directives_) {
    if (directive.account_id != account_id || directive.status != "acknowledged") continue;
    numbers.insert(no);
    if (directive.target_no) numbers.insert(directive.target_no);
  }
  return numbers;
}

std::vector<Discrepancy> Ledger::find_discrepancies(const std::string &account_id, const Json &positions,
                                                    const Json &orders) const {
  const auto broker = ours(positions);
  const std::set<long> known = busy(account_id, orders);
  std::vector<Discrepancy> found;
  for (const auto &[no, exposure] : exposures_) {
    // A reserved exposure has no position yet, or one whose fill is still on its way here.
    if (exposure.account_id != account_id || exposure.filled_lots.zero() || known.contains(no)) continue;
    const Decimal expected = exposure.filled_lots - exposure.closed_lots;
    const auto side = broker.find(no);
    if (side == broker.end())
      found.push_back({"position_missing", no, exposure.position_id, exposure.symbol, expected, std::nullopt});
    else if (expected != side->second.volume_lots)
      found.push_back({"volume_differs", no, side->second.position_id, exposure.symbol, expected, side->second.volume_lots});
  }
  for (const auto &[no, side] : broker) {
    const auto exposure = exposures_.find(no);
    const bool in_ledger = exposure != exposures_.end() && exposure->second.account_id == account_id &&
                           !exposure->second.filled_lots.zero();
    if (!in_ledger && !known.contains(no))
      found.push_back({"position_unknown", no, side.position_id, side.symbol, std::nullopt, side.volume_lots});
  }
  std::sort(found.begin(), found.end(), [](const auto &left, const auto &right) { return left.directive_no < right.directive_no; });
  return found;
}

}  // namespace sim
