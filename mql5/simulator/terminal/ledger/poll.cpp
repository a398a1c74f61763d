// What an officer is told to do: pending directives, its own without a result, and what others settled.
#include <algorithm>
#include <tuple>

#include "ledger.hpp"

namespace sim {

Json Ledger::poll(const std::string &account_id, const Json &request, Moment at) {
  const LedgerAccount &account = accounts_.at(account_id);
  const std::string &instance_id = request["instance_id"].text();
  seen(account_id, instance_id, at);
  Json directives = pending(account, request["max_directives"].integer(), at);
  Json held = unresolved(account_id, instance_id);
  const bool busy = !directives.items().empty() || !held.items().empty();
  const std::size_t in_flight = held.items().size();
  return Json::object({{"server_time", utc_text(at)},
                       {"halted", halted(account_id)},
                       {"poll_after_ms", busy ? poll_busy_ms : poll_idle_ms},
                       {"in_flight", in_flight},
                       {"directives", std::move(directives)},
                       {"unresolved", std::move(held)},
                       {"settled", settled(account_id, request["unresolved"])}});
}

Json Ledger::pending(const LedgerAccount &account, long limit, Moment at) const {
  const std::size_t places = static_cast<std::size_t>(open_places(account));
  std::vector<const LedgerDirective *> chosen;
  for (const auto &[no, directive] : directives_) {
    const bool alive = directive.status == "pending" && (!directive.expires_at || *directive.expires_at > at);
    const bool barred = directive.action == "open" &&
                        halted(account.account_id, directive.symbol, directive.strategy_id);
    if (directive.account_id == account.account_id && alive && !barred) chosen.push_back(&directive);
  }
  const auto rank = [](const LedgerDirective *d) { return std::tuple(d->action == "open", -d->priority, d->issued_at, d->no); };
  std::sort(chosen.begin(), chosen.end(), [&](auto *left, auto *right) { return rank(left) < rank(right); });
  // Opens come last: as many as may be in flight besides what is.
  const auto opens = std::find_if(chosen.begin(), chosen.end(), [](auto *directive) { return directive->action == "open"; });
  chosen.resize(std::min(chosen.size(), static_cast<std::size_t>(opens - chosen.begin()) + places));
  if (chosen.size() > static_cast<std::size_t>(limit)) chosen.resize(static_cast<std::size_t>(limit));
  Json documents = Json::array();
  for (const LedgerDirective *directive : chosen) documents.push(directive->document);
  return documents;
}

Json Ledger::unresolved(const std::string &account_id, const std::string &instance_id) const {
  Json documents = Json::array();
  for (const auto &[no, directive] : directives_) {
    if (directive.account_id != account_id || directive.status != "acknowledged" || directive.acknowledgements.empty()) continue;
    const Acknowledgement &holder = directive.acknowledgements.back();
    documents.push(Json::object({{"directive", directive.document},
                                 {"acknowledged_by", holder.instance_id},
                                 {"acknowledged_at", utc_text(holder.at)},
                                 {"takeover", holder.instance_id != instance_id}}));
  }
  return documents;
}

Json Ledger::settled(const std::string &account_id, const Json &ids) {
  std::vector<std::string> sorted;
  for (const Json &id : ids.items()) sorted.push_back(id.text());
  std::sort(sorted.begin(), sorted.end());
  Json documents = Json::array();
  for (const std::string &id : sorted) {
    const LedgerDirective *directive = own(account_id, id);
    if (directive && directive->status == "acknowledged") continue;
    documents.push(Json::object({{"directive_id", id}, {"status", directive ? Json(directive->status) : Json()}}));
  }
  return documents;
}

}  // namespace sim
