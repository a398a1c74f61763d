// Issuing, finding and moving directives; halts and last-seen times.
#include <algorithm>

#include "ledger.hpp"

namespace sim {
namespace {

std::optional<Decimal> optional_decimal(const Json &value) {
  Decimal parsed;
  if (value.is_null() || !Decimal::parse(value.text(), parsed)) return std::nullopt;
  return parsed;
}

std::optional<Moment> optional_moment(const Json &value) {
  Moment parsed;
  if (value.is_null() || !parse_utc(value.text(), parsed)) return std::nullopt;
  return parsed;
}

}  // namespace

void Ledger::issue(const Json &document) {
  LedgerDirective made;
  made.document = document;
  made.id = document["directive_id"].text();
  made.no = document["directive_no"].integer();
  made.account_id = document["account_id"].text();
  made.symbol = document["symbol"].text();
  made.strategy_id = document["strategy_id"].text();
  made.side = document["side"].text();
  made.action = document["action"].text();
  made.order_type = document["order_type"].text();
  made.volume_lots = optional_decimal(document["volume_lots"]);
  made.target_no = document["target_directive_no"].is_null() ? 0 : document["target_directive_no"].integer();
  made.priority = document["priority"].integer();
  made.issued_at = optional_moment(document["issued_at"]).value();
  made.expires_at = optional_moment(document["expires_at"]);
  if (made.action == "open") exposures_[made.no] = {made.no, made.account_id, made.symbol, {}, {}, ""};
  if (made.action == "close") cancel_overtaken(made);
  numbers_[made.id] = made.no;
  directives_[made.no] = std::move(made);
  ++revision_;
}

// An open that no officer has taken yet would be filled after the close that was meant to end it.
void Ledger::cancel_overtaken(const LedgerDirective &close) {
  for (auto &[no, directive] : directives_)
    if (directive.account_id == close.account_id && directive.status == "pending" && directive.action == "open" &&
        directive.strategy_id == close.strategy_id && directive.symbol == close.symbol && directive.side == close.side)
      move(directive, "cancelled");
}

const LedgerDirective *Ledger::find(const std::string &directive_id) const {
  const auto found = numbers_.find(directive_id);
  return found == numbers_.end() ? nullptr : &directives_.at(found->second);
}

LedgerDirective *Ledger::own(const std::string &account_id, const std::string &directive_id) {
  const auto found = numbers_.find(directive_id);
  if (found == numbers_.end()) return nullptr;
  LedgerDirective &directive = directives_.at(found->second);
  return directive.account_id == account_id ? &directive : nullptr;
}

void Ledger::move(LedgerDirective &directive, const std::string &status) {
  directive.status = status;
  ++revision_;
  // What failed or was cancelled unfilled no longer counts.
  if (status != "failed" && status != "cancelled") return;
  const auto exposure = exposures_.find(directive.no);
  if (exposure != exposures_.end() && exposure->second.filled_lots.zero()) exposures_.erase(exposure);
}

void Ledger::seen(const std::string &account_id, const std::string &instance_id, Moment at) {
  const auto [entry, fresh] = last_seen_.try_emplace({account_id, instance_id}, at);
  if (!fresh && entry->second < at - 5 * SECOND) entry->second = at;
}

bool Ledger::halted(const std::string &account_id, const std::string &symbol, const std::string &strategy_id) const {
  return halts_.contains({"global", ""}) || halts_.contains({"account", account_id}) ||
         (!symbol.empty() && halts_.contains({"symbol", symbol})) ||
         (!strategy_id.empty() && halts_.contains({"strategy", strategy_id}));
}

long Ledger::open_places(const LedgerAccount &account) const {
  const long in_flight = std::count_if(directives_.begin(), directives_.end(), [&](const auto &entry) {
    return entry.second.account_id == account.account_id && entry.second.status == "acknowledged";
  });
  return !account.enabled || halted(account.account_id) ? 0 : std::max(account.max_in_flight - in_flight, 0L);
}

}  // namespace sim
