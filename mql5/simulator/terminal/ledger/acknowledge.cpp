// The one moment of commitment.
#include <map>

#include "ledger.hpp"

namespace sim {
namespace {

Json refused(const std::string &id, const char *code) {
  return Json::object(
      {{"directive_id", id}, {"outcome", "refused"}, {"code", code}, {"takeover", false}, {"directive", Json()}});
}

}  // namespace

Json Ledger::acknowledge(const std::string &account_id, const Json &request, Moment at) {
  const std::string &instance_id = request["instance_id"].text();
  seen(account_id, instance_id, at);
  std::map<std::string, Json> by_id;  // in one order for everyone, each once
  for (const Json &id : request["directive_ids"].items()) by_id.emplace(id.text(), Json());
  for (auto &[id, result] : by_id) result = acknowledge_one(accounts_.at(account_id), id, instance_id, at);
  Json results = Json::array();
  for (const Json &id : request["directive_ids"].items()) results.push(by_id.at(id.text()));
  return Json::object({{"server_time", utc_text(at)}, {"results", std::move(results)}});
}

Json Ledger::acknowledge_one(const LedgerAccount &account, const std::string &id, const std::string &instance_id, Moment at) {
  LedgerDirective *directive = own(account.account_id, id);
  if (!directive) return refused(id, "directive_unknown");
  if (directive->status == "cancelled") return refused(id, "directive_cancelled");
  if (directive->final()) return refused(id, "directive_finished");
  if (directive->status == "acknowledged") return grant(*directive, instance_id, at);
  if (directive->expires_at && *directive->expires_at <= at) {
    move(*directive, "cancelled");
    return refused(id, "directive_expired");
  }
  if (directive->action == "open" &&
      (!account.enabled || halted(account.account_id, directive->symbol, directive->strategy_id)))
    return refused(id, "trading_halted");
  move(*directive, "acknowledged");
  return grant(*directive, instance_id, at);
}

Json Ledger::grant(LedgerDirective &directive, const std::string &instance_id, Moment at) {
  auto &held = directive.acknowledgements;
  if (held.empty() || held.back().instance_id != instance_id) {
    if (!held.empty()) {
      const auto found = last_seen_.find({directive.account_id, held.back().instance_id});
      const Moment last = std::max(found == last_seen_.end() ? 0 : found->second, held.back().at);
      if (last > at - accounts_.at(directive.account_id).takeover_seconds * SECOND)
        return refused(directive.id, "directive_taken");
    }
    const bool takeover = !held.empty();
    held.push_back({instance_id, takeover, at});
    ++revision_;
  }
  return Json::object({{"directive_id", directive.id},
                       {"outcome", "granted"},
                       {"code", Json()},
                       {"takeover", held.back().takeover},
                       {"directive", directive.document}});
}

}  // namespace sim
