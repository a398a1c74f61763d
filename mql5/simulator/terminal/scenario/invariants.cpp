#include "invariants.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "bars.hpp"
#include "outcomes.hpp"

namespace sim {
namespace {

using Found = std::vector<Violation>;

std::string name(long no) { return "directive " + std::to_string(no); }

void at_most_one_order(const World &world, Found &found) {
  std::map<long, int> orders;
  for (const TradeRequest &request : world.accepted_orders) ++orders[directive_of(request.magic)];
  std::map<long, int> changes;
  for (const Modification &change : world.broker().modifications()) ++changes[directive_of(change.magic)];
  for (const auto &[no, count] : orders)
    if (count > 1) found.push_back({"duplicate_order", name(no) + " was traded " + std::to_string(count) + " times"});
  for (const auto &[no, count] : changes)
    if (count > 1) found.push_back({"duplicate_order", name(no) + " changed stops " + std::to_string(count) + " times"});
}

void nothing_lost(const World &world, Found &found) {
  for (const auto &[no, directive] : world.ledger.directives())
    if (!directive.final()) found.push_back({"lost_directive", name(no) + " is still " + directive.status});
}

// Facts are reported by whoever finds them; judgements only by who holds the directive, once.
void judged_once(const World &world, Found &found) {
  static const std::set<std::string> judgements = {"order_rejected", "order_failed", "order_cancelled", "order_placed", "position_modified"};
  std::map<std::pair<long, std::string>, int> seen;
  for (const LedgerEvent &event : world.ledger.events())
    if (judgements.contains(event.kind)) ++seen[{event.directive_no, event.kind}];
  for (const auto &[key, count] : seen)
    if (count > 1) found.push_back({"wrong_report", name(key.first) + " has " + key.second + " " + std::to_string(count) + " times"});
}

void ledger_content(const World &world, Found &found) {
  const bool several = world.faults().find("two-terminals") || world.faults().find("journal-gone");
  for (const LedgerEvent &event : world.ledger.events())
    for (const std::string &anomaly : event.anomalies) {
      const bool explained = (anomaly == "other_instance" && several) || (anomaly == "late" && may_be_late(world, event));
      if (!explained) found.push_back({"anomaly", name(event.directive_no) + " " + event.kind + " is " + anomaly});
    }
  for (const std::string &id : world.ledger.unmatched()) found.push_back({"anomaly", "event " + id + " fits nowhere"});
  for (const std::string &what : world.gateway.improper()) found.push_back({"improper_request", what});
}

void exposures_known(const World &world, Found &found) {
  std::map<long, Decimal> at_broker;
  for (const auto &[ticket, position] : world.broker().books().positions)
    at_broker[directive_of(position.magic)] += Decimal::of(position.volume, 8);
  for (const auto &[no, exposure] : world.ledger.exposures()) {
    const Decimal held = exposure.filled_lots - exposure.closed_lots;
    if (at_broker[no] != held && !is_pending_order(world, no))
      found.push_back({"exposure", name(no) + ": ledger " + held.text() + ", broker " + at_broker[no].text()});
    at_broker.erase(no);
  }
  for (const auto &[no, lots] : at_broker)
    if (!lots.zero()) found.push_back({"exposure", name(no) + " is open at the broker and not in the ledger"});
}

void terminals_well(const World &world, Found &found) {
  for (const auto &terminal : world.terminals) {
    for (const std::string &text : terminal->criticals) found.push_back({"runtime", text});
    for (const int code : terminal->refused_starts) found.push_back({"unreadable_journal", "OnInit answered " + std::to_string(code)});
    if (terminal->state() != Terminal::State::running) found.push_back({"no_progress", "a terminal does not run any more"});
  }
}

}  // namespace

bool settled(const World &world) {
  Found found;
  nothing_lost(world, found);
  unreported(world, found);
  exposures_known(world, found);
  missing_bars(world, found);
  return found.empty();
}

std::vector<Violation> violations(const World &world, bool progressed) {
  Found found;
  at_most_one_order(world, found);
  for (const auto &[invariant, what] : world.violations) found.push_back({invariant, what});
  nothing_lost(world, found);
  unreported(world, found);
  judged_once(world, found);
  ledger_content(world, found);
  exposures_known(world, found);
  missing_bars(world, found);
  delayed_trading(world, found);
  needless_bars(world, found);
  terminals_well(world, found);
  if (!progressed && found.empty()) found.push_back({"no_progress", "the run does not come to rest"});
  return found;
}

}  // namespace sim
