#include "outcomes.hpp"

#include "commands.hpp"
#include "stories.hpp"

#include <cmath>
#include <map>

namespace sim {
namespace {

using Found = std::vector<Violation>;

// Deals of one order, or events about one: summed.
struct Sum {
  double volume = 0, value = 0, commission = 0, swap = 0, profit = 0;
  int parts = 0;
  Moment last = 0;
  std::string reason, directive_id, position_id;
};

using Sums = std::map<std::pair<std::string, std::string>, Sum>;  // by kind and order ticket

const Books &books(const World &world) { return world.broker().books(); }

const char *word_of(Reason reason) {
  switch (reason) {
    case Reason::expert: return "expert";
    case Reason::stop_loss: return "stop_loss";
    case Reason::take_profit: return "take_profit";
    case Reason::stop_out: return "stop_out";
    case Reason::client: return "client";
  }
  return "other";
}

const std::string &text_of(const Json &value) {
  static const std::string none;
  return value.is_null() ? none : value.text();
}

double number_of(const Json &value) { return value.is_null() ? NAN : std::stod(value.text()); }

constexpr double RESOLVE_SECONDS = 60;  // InpResolveSeconds of every scenario

// Whose the deal is to tell: a close that was commanded, the commanding directive's; any other, the position's.
long teller(const World &world, const Deal &deal) {
  if (deal.reason == Reason::expert && directive_of(deal.magic)) return directive_of(deal.magic);
  const auto opened = books(world).orders.find(deal.position_id);
  return opened == books(world).orders.end() ? 0 : directive_of(opened->second.magic);
}

// A terminal takes the broker's clock for right, up to whole quarters of an hour.
Moment clock_error(const World &world) {
  const Fault *fault = world.faults().find("broker-clock");
  return fault ? static_cast<Moment>(fault->value * SECOND) : 0;
}

Sums at_broker(const World &world) {
  Sums sums;
  for (const Deal &deal : books(world).deals) {
    const long no = deal.is_balance ? 0 : teller(world, deal);
    if (no == 0) continue;
    Sum &sum = sums[{deal.entry == Entry::in ? "order_filled" : "position_closed", std::to_string(deal.order)}];
    sum.volume += deal.volume;
    sum.value += deal.volume * deal.price;
    sum.commission += deal.commission;
    sum.swap += deal.swap;
    sum.profit += deal.profit;
    sum.last = std::max(sum.last, deal.at + clock_error(world));
    sum.reason = word_of(deal.reason);
    sum.position_id = std::to_string(deal.position_id);
    sum.directive_id = world.ledger.directives().at(no).id;
    ++sum.parts;
  }
  return sums;
}

Sums in_ledger(const World &world) {
  Sums sums;
  for (const LedgerEvent &event : world.ledger.events()) {
    if (event.kind != "order_filled" && event.kind != "position_closed") continue;
    const Json &document = event.document;
    Sum &sum = sums[{event.kind, text_of(document["order_ticket"])}];
    const double volume = number_of(document["volume_lots"]);
    sum.volume += volume;
    sum.value += volume * number_of(document["price"]);
    sum.commission += number_of(document["commission"]);
    sum.swap += number_of(document["swap"]);
    sum.profit += number_of(document["profit"]);
    Moment at = 0;
    parse_utc(document["occurred_at"].text(), at);
    sum.last = std::max(sum.last, at);
    sum.reason = text_of(document["reason"]);
    sum.position_id = text_of(document["position_id"]);
    sum.directive_id = event.directive_id;
    ++sum.parts;
  }
  return sums;
}

bool near(double left, double right) { return std::fabs(left - right) < 1e-6; }

std::string difference(const Sum &broker, const Sum &ledger) {
  if (!near(broker.volume, ledger.volume)) return "volume " + std::to_string(ledger.volume) + " instead of " + std::to_string(broker.volume);
  if (!near(broker.value, ledger.value)) return "price";
  if (!near(broker.commission, ledger.commission)) return "commission";
  if (!near(broker.swap, ledger.swap)) return "swap";
  if (!near(broker.profit, ledger.profit)) return "profit";
  if (broker.last / MILLISECOND != ledger.last / MILLISECOND) return "time " + utc_text(ledger.last) + " instead of " + utc_text(broker.last);
  if (broker.reason != ledger.reason) return "reason " + ledger.reason + " instead of " + broker.reason;
  if (broker.position_id != ledger.position_id) return "position";
  if (broker.directive_id != ledger.directive_id) return "directive";
  return ledger.parts > broker.parts ? "more events than deals" : "";
}

void compare_deals(const World &world, Found &found) {
  const Sums broker = at_broker(world), ledger = in_ledger(world);
  for (const auto &[key, sum] : broker) {
    const auto told = ledger.find(key);
    const std::string what = key.first + " of order " + key.second;
    if (told == ledger.end()) found.push_back({"unreported_outcome", what + " is not in the ledger"});
    else if (const std::string wrong = difference(sum, told->second); !wrong.empty()) found.push_back({"wrong_report", what + ": " + wrong});
  }
  for (const auto &[key, sum] : ledger)
    if (!broker.contains(key)) found.push_back({"wrong_report", key.first + " of order " + key.second + " never happened"});
}

int events_of(const World &world, long no, const std::string &kind) {
  int count = 0;
  for (const LedgerEvent &event : world.ledger.events()) count += event.directive_no == no && event.kind == kind;
  return count;
}

// Pending orders: placed, and let go of.
void compare_orders(const World &world, Found &found) {
  for (const auto &[ticket, order] : books(world).orders) {
    const long no = directive_of(order.magic);
    if (no == 0 || is_market(order.type) || order.state == OrderState::started || order.state == OrderState::rejected) continue;
    if (!events_of(world, no, "order_placed")) found.push_back({"unreported_outcome", "order_placed of directive " + std::to_string(no)});
    const bool gone = order.state == OrderState::canceled || order.state == OrderState::expired;
    if (gone && !events_of(world, no, "order_cancelled"))
      found.push_back({"unreported_outcome", "order_cancelled of directive " + std::to_string(no)});
  }
}

// Whether the target's position had the commanded stops without any change by this directive.
bool there_already(const World &world, const LedgerDirective &directive) {
  Modification now{};
  for (const auto &[ticket, order] : books(world).orders)
    if (directive_of(order.magic) == directive.target_no && order.position_id == ticket)
      now = {0, ticket, order.stop_loss, order.take_profit, order.stop_loss, order.take_profit};
  for (const Modification &change : world.broker().modifications())
    if (change.position_id == now.position_id) now.stop_loss = change.stop_loss, now.take_profit = change.take_profit;
  return now.position_id && misread(directive, now).empty();
}

// The position that an event says was changed is the one that was.
void compare_changed_position(const World &world, const Modification &change, Found &found) {
  for (const LedgerEvent &event : world.ledger.events()) {
    if (event.kind != "position_modified" || event.directive_no != directive_of(change.magic)) continue;
    if (text_of(event.document["position_id"]) != std::to_string(change.position_id))
      found.push_back({"wrong_report", "directive " + std::to_string(event.directive_no) + " modified position " + text_of(event.document["position_id"])});
  }
}

void compare_changes(const World &world, Found &found) {
  std::map<long, int> changed;
  for (const Modification &change : world.broker().modifications()) {
    const auto directive = world.ledger.directives().find(directive_of(change.magic));
    if (directive == world.ledger.directives().end()) continue;
    ++changed[directive->first];
    compare_changed_position(world, change, found);
    if (const std::string wrong = misread(directive->second, change); !wrong.empty())
      found.push_back({"wrong_order", "directive " + std::to_string(directive->first) + ": " + wrong});
  }
  for (const auto &[no, directive] : world.ledger.directives()) {
    if (directive.action != "modify") continue;
    const int told = events_of(world, no, "position_modified");
    if (changed.contains(no) && !told) found.push_back({"unreported_outcome", "position_modified of directive " + std::to_string(no)});
    if (world.unchanged.contains(no) && directive.status == "failed") found.push_back({"wrong_report", "directive " + std::to_string(no) + " had nothing to change and failed"});
    if (!changed.contains(no) && !there_already(world, directive) && told) found.push_back({"wrong_report", "directive " + std::to_string(no) + " modified nothing"});
  }
}

bool traded(const World &world, const LedgerDirective &directive) {
  for (const Deal &deal : books(world).deals)
    if (directive_of(deal.magic) == directive.no && deal.reason == Reason::expert) return true;
  return false;
}

// The ledger's last word on each directive, against the broker's.
void compare_statuses(const World &world, Found &found) {
  for (const auto &[no, directive] : world.ledger.directives()) {
    if (directive.action == "modify" || !directive.final()) continue;
    const bool placed = events_of(world, no, "order_placed") > 0, filled = traded(world, directive);
    // Told after it was given up; whether that may be, ledger_content() judges by the anomaly.
    const bool late = directive.status != "completed" &&
                      (placed || events_of(world, no, "order_filled") + events_of(world, no, "position_closed") > 0);
    const bool done = filled || placed;
    if (filled && !late && events_of(world, no, "order_cancelled") + events_of(world, no, "order_rejected") + events_of(world, no, "order_failed"))
      found.push_back({"wrong_report", "directive " + std::to_string(no) + " was traded and is reported as not"});
    if (done != (directive.status == "completed") && !late)
      found.push_back({"wrong_report", "directive " + std::to_string(no) + " is " + directive.status + (done ? " though it was traded" : " though it was not")});
  }
}

// What the officer refuses as unknown here is unknown to the broker.
void compare_refusals(const World &world, Found &found) {
  for (const LedgerEvent &event : world.ledger.events()) {
    if (event.kind != "order_rejected" || text_of(event.document["code"]) != "symbol_unknown") continue;
    const std::string symbol = world.ledger.directives().at(event.directive_no).symbol + SYMBOL_SUFFIX;
    if (world.broker().instruments().contains(symbol))
      found.push_back({"wrong_report", "directive " + std::to_string(event.directive_no) + " was refused, but the broker has " + symbol});
  }
}

}  // namespace

void unreported(const World &world, Found &found) {
  compare_deals(world, found);
  compare_orders(world, found);
  compare_changes(world, found);
  compare_statuses(world, found);
  compare_refusals(world, found);
}

bool may_be_late(const World &world, const LedgerEvent &event) {
  // What has happened to a position after its directive was given up, or an order let go of after it was placed.
  // An order is given up when it has been looked for in vain for a minute; only what came later may be late.
  for (const Fault &fault : world.faults().all())
    if (fault.kind.starts_with("order-") && fault.value >= RESOLVE_SECONDS && fault.value < 1000) return true;
  return event.kind == "order_cancelled";
}

bool is_pending_order(const World &world, long directive_no) {
  for (const auto &[ticket, order] : books(world).orders)
    if (order.active() && directive_of(order.magic) == directive_no) return true;
  return false;
}

}  // namespace sim
