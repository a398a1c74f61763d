// What the broker did. Commands may be refused; facts may not.
#include <algorithm>

#include "ledger.hpp"

namespace sim {
namespace {

const char *settled_status(const LedgerDirective &directive, const std::string &kind) {
  const bool open = directive.action == "open";
  if (kind == "order_rejected" || kind == "order_failed") return "failed";
  if (kind == "order_cancelled") return "cancelled";
  if (open && (kind == "order_filled" || kind == "position_closed")) return "completed";
  if (open && directive.order_type != "market" && kind == "order_placed") return "completed";
  if (directive.action == "close" && kind == "position_closed") return "completed";
  if (directive.action == "modify" && kind == "position_modified") return "completed";
  return nullptr;
}

// The document as the ledger writes it: what tells a retry from other content under the same id.
Json canonical(const Json &document) {
  static const std::vector<std::string> decimals = {"price", "volume_lots", "commission", "swap", "profit"};
  Json made = Json::object();
  for (const auto &[key, value] : document.members()) {
    Decimal decimal;
    Moment at;
    if (value.is_text() && std::find(decimals.begin(), decimals.end(), key) != decimals.end() &&
        Decimal::parse(value.text(), decimal))
      made.add(key, decimal.text());
    else if (key == "occurred_at" && parse_utc(value.text(), at))
      made.add(key, utc_text(at));
    else
      made.add(key, value);
  }
  return made;
}

std::string sorted_text(const Json &document) {
  std::vector<Json::Member> members = document.members();
  std::sort(members.begin(), members.end(), [](const auto &left, const auto &right) { return left.first < right.first; });
  return Json::object(std::move(members)).dump();
}

std::string text_or_empty(const Json &value) { return value.is_null() ? "" : value.text(); }

LedgerEvent event_of(const Json &document, const std::string &instance_id, Moment at) {
  LedgerEvent event;
  event.document = canonical(document);
  event.id = document["event_id"].text();
  event.directive_id = document["directive_id"].text();
  event.kind = document["kind"].text();
  event.instance_id = instance_id;
  event.deal_ticket = text_or_empty(document["deal_ticket"]);
  event.references = text_or_empty(document["references_event_id"]);
  Decimal::parse(text_or_empty(document["volume_lots"]), event.volume_lots);
  event.recorded_at = at;
  return event;
}

Json result(const LedgerEvent &event, const char *outcome, const LedgerDirective *directive) {
  Json codes = Json::array();
  for (const std::string &code : event.anomalies) codes.push(code);
  return Json::object({{"event_id", event.id},
                       {"outcome", outcome},
                       {"directive_status", directive ? Json(directive->status) : Json()},
                       {"anomalies", std::move(codes)}});
}

}  // namespace

Json Ledger::report(const std::string &account_id, const Json &request, Moment at) {
  const std::string &instance_id = request["instance_id"].text();
  seen(account_id, instance_id, at);
  Json results = Json::array();
  for (const Json &document : request["events"].items()) results.push(report_one(account_id, document, instance_id, at));
  return Json::object({{"server_time", utc_text(at)}, {"results", std::move(results)}});
}

Json Ledger::report_one(const std::string &account_id, const Json &document, const std::string &instance_id, Moment at) {
  LedgerEvent event = event_of(document, instance_id, at);
  LedgerDirective *directive = own(account_id, event.directive_id);
  const std::string content = sorted_text(event.document);
  const auto [entry, fresh] = registry_.try_emplace({account_id, event.id}, Registered{content, event.directive_id});
  if (!fresh && entry->second.content != content) {
    event.anomalies = {"event_conflict"};
    unmatched_.push_back(event.id);
    return result(event, "conflict", directive);
  }
  if (!directive) {
    // Sent again, an unmatched report is still unmatched: that is the first answer.
    event.anomalies = {"unknown_directive"};
    if (fresh) unmatched_.push_back(event.id), ++revision_;
    return result(event, "unmatched", nullptr);
  }
  if (!fresh) {
    // The first answer again, anomalies included.
    for (const LedgerEvent &known : events_)
      if (known.id == event.id) event.anomalies = known.anomalies;
    return result(event, "duplicate", directive);
  }
  event.directive_no = directive->no;
  event.anomalies = anomalies(*directive, event);
  apply(*directive, event);
  return result(event, "recorded", directive);
}

void Ledger::apply(LedgerDirective &directive, const LedgerEvent &event) {
  const char *settles = settled_status(directive, event.kind);
  if (directive.status == "pending") {
    // An officer traded without asking. It did happen, so nobody else may be granted it any more.
    move(directive, "acknowledged");
    grant(directive, event.instance_id, event.recorded_at);
  }
  events_.push_back(event);
  ++revision_;
  follow_execution(directive, event);
  if (directive.status == "acknowledged" && settles) move(directive, settles);
}

std::vector<std::string> Ledger::anomalies(const LedgerDirective &directive, const LedgerEvent &event) const {
  const Volume volume = position_volume(directive.opened_by());
  const bool given_up = event.kind == "order_rejected" || event.kind == "order_failed" || event.kind == "outcome_unknown";
  std::vector<std::string> found;
  if (directive.status == "failed" || directive.status == "cancelled" || (directive.status == "completed" && given_up))
    found.emplace_back("late");
  if (directive.status == "pending") found.emplace_back("never_acknowledged");
  if (!directive.acknowledgements.empty() && directive.acknowledgements.back().instance_id != event.instance_id)
    found.emplace_back("other_instance");
  const bool overfilled = event.kind == "order_filled" && directive.volume_lots &&
                          *directive.volume_lots < volume.filled_lots + event.volume_lots;
  // Unless its fill is still on its way here.
  const bool overclosed = event.kind == "position_closed" && !volume.filled_lots.zero() &&
                          volume.filled_lots < volume.closed_lots + event.volume_lots;
  // A correction stands in for what it corrects, so its volume is not on top.
  if (event.references.empty() && (overfilled || overclosed)) found.emplace_back("volume_exceeds_directive");
  return found;
}

}  // namespace sim
