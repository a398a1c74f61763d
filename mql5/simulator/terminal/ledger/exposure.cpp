// How much of each position is left, worked out anew from all reports.
#include <set>

#include "ledger.hpp"

namespace sim {

Ledger::Volume Ledger::position_volume(long directive_no) const {
  std::set<std::string> corrected;
  for (const LedgerEvent &event : events_)
    if (!event.references.empty() && (event.kind == "order_filled" || event.kind == "position_closed"))
      corrected.insert(event.references);
  // Each deal once: two terminals may report it under two ids. The first to come counts; equal times by id.
  std::map<std::pair<std::string, std::string>, const LedgerEvent *> deals;
  for (const LedgerEvent &event : events_) {
    const LedgerDirective &directive = directives_.at(event.directive_no);
    const bool concerned = directive.no == directive_no || directive.target_no == directive_no;
    if (!concerned || corrected.contains(event.id) || (event.kind != "order_filled" && event.kind != "position_closed")) continue;
    const LedgerEvent *&first = deals[{event.kind, event.deal_ticket.empty() ? event.id : event.deal_ticket}];
    if (!first || std::pair(event.recorded_at, event.id) < std::pair(first->recorded_at, first->id)) first = &event;
  }
  Volume volume;
  for (const auto &[key, event] : deals) {
    if (event->kind == "position_closed") volume.closed_lots += event->volume_lots;
    else if (event->directive_no == directive_no) volume.filled_lots += event->volume_lots;
  }
  return volume;
}

void Ledger::follow_execution(const LedgerDirective &directive, const LedgerEvent &event) {
  const LedgerDirective &opened = directives_.at(directive.opened_by());
  const Volume volume = position_volume(opened.no);
  const bool given_up =
      event.kind == "order_cancelled" || event.kind == "order_failed" || event.kind == "order_rejected";
  if (volume.filled_lots > volume.closed_lots) {
    // A fill may come after the directive was given up: then its exposure comes back.
    Exposure &exposure = exposures_.try_emplace(opened.no, Exposure{opened.no, opened.account_id, opened.symbol, {}, {}, ""}).first->second;
    exposure.filled_lots = volume.filled_lots;
    exposure.closed_lots = volume.closed_lots;
    if (!event.document["position_id"].is_null()) exposure.position_id = event.document["position_id"].text();
  } else if (!volume.filled_lots.zero() || (directive.no == opened.no && given_up)) {
    exposures_.erase(opened.no);
  }
}

}  // namespace sim
