#include "script.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "stories.hpp"

namespace sim {
namespace {

constexpr double PATIENCE = 120;  // seconds that a close waits for its position
constexpr int REASON_CHARTCHANGE = 3;

std::string numbered(const char *kind, long no) {
  char text[48];
  std::snprintf(text, sizeof text, "%s-0000-4000-8000-%012ld", kind, no);
  return text;
}

Json optional(const std::string &text) { return text.empty() ? Json() : Json(text); }

Json document_of(const Proposal &proposal, Moment now) {
  const Moment expires = now + static_cast<Moment>(proposal.lives_seconds * SECOND);
  return Json::object({{"directive_id", directive_id(proposal.no)},
                       {"directive_no", proposal.no},
                       {"signal_id", numbered("51000000", proposal.no)},
                       {"strategy_id", "sweep-h1"},
                       {"symbol", proposal.symbol},
                       {"created_at", utc_text(now - SECOND)},
                       {"account_id", "demo-1"},
                       {"action", proposal.action},
                       {"side", proposal.side},
                       {"order_type", proposal.order_type},
                       {"volume_lots", optional(proposal.volume_lots)},
                       {"price", optional(proposal.price)},
                       {"stop_loss", optional(proposal.stop_loss)},
                       {"take_profit", optional(proposal.take_profit)},
                       {"max_slippage_points", 20},
                       {"target_directive_no", proposal.target ? Json(proposal.target) : Json()},
                       {"priority", proposal.priority},
                       {"issued_at", utc_text(now)},
                       {"expires_at", proposal.lives_seconds > 0 ? Json(utc_text(expires)) : Json()}});
}

Moment moment(const World &world, double second) { return world.start() + static_cast<Moment>(second * SECOND); }

bool is_open(const World &world, long no) {
  const auto found = world.ledger.exposures().find(no);
  return found != world.ledger.exposures().end() && !found->second.filled_lots.zero();
}

// Whether it will never be open (again): the ledger is through with it, and nothing of it is left at the broker.
bool is_over(const World &world, long no) {
  const auto directive = world.ledger.directives().find(no);
  const auto is_its = [no](unsigned long magic) { return directive_of(magic) == no; };
  const Books &books = world.broker().books();
  const auto done = std::count_if(books.orders.begin(), books.orders.end(), [&](const auto &entry) { return is_its(entry.second.magic) && !entry.second.active(); });
  const auto accepted = std::count_if(world.accepted_orders.begin(), world.accepted_orders.end(), [&](const TradeRequest &request) { return is_its(request.magic); });
  const bool held = std::any_of(books.positions.begin(), books.positions.end(), [&](const auto &entry) { return is_its(entry.second.magic); });
  return directive != world.ledger.directives().end() && directive->second.final() && done >= accepted && !held;
}

void issue_when_open(World &world, const Proposal &proposal, double until) {
  if (!is_open(world, proposal.target)) {
    if (world.seconds() < until && !is_over(world, proposal.target))
      world.at(world.now() + 5 * SECOND, [=](World &later) { issue_when_open(later, proposal, until); });
    return;
  }
  world.control(Json::object({{"issue", document_of(proposal, world.now())}}));
}

void jump_to(World &world, const std::string &symbol, double bid) {
  const Instrument *instrument = world.broker().instrument(symbol);
  const double ask = rounded(bid + 12 * std::pow(10.0, -instrument->digits), instrument->digits);
  world.broker().jump(symbol, bid, ask);
  for (const auto &terminal : world.terminals) terminal->tick();
}

void close_by_hand(World &world) {
  if (const auto &positions = world.broker().books().positions; !positions.empty()) world.broker().close_by_hand(positions.begin()->first);
}

// The broker corrects a bar of every length that is read.
void correct_wanted_bars(World &world) {
  const Json wanted = world.ledger.bars().wanted(source_of(BARS_OF));
  for (const Json &item : wanted.items()) restate(world, item["symbol"].text(), item["timeframe"].text(), 2, 10);
}

std::string lower_case(std::string text) {
  for (char &c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

bool idle(const World &world) {
  return std::none_of(world.terminals.begin(), world.terminals.end(), [](const auto &terminal) { return terminal->busy(); });
}

// Handlers run to their end before the terminal takes a program from its chart.
void between_handlers(World &world, void (*act)(World &)) {
  if (idle(world)) act(world);
  else world.at(world.now() + 50 * MILLISECOND, [act](World &then) { between_handlers(then, act); });
}

// The chart's period or an input is changed: the expert stops and starts, the terminal goes on.
void reload(World &world) {
  for (const auto &terminal : world.terminals) {
    if (terminal->state() != Terminal::State::running) continue;
    terminal->stop(REASON_CHARTCHANGE);
    if (terminal->state() == Terminal::State::stopped) terminal->start();
  }
}

// Killed while it wrote.
void tear(World &world) {
  for (const auto &terminal : world.terminals)
    if (terminal->state() == Terminal::State::running) terminal->kill();
  world.tear_journals();
}

// Files are lost while the expert is off its chart.
template <void (World::*lose)()>
void lose_files(World &world) {
  for (const auto &terminal : world.terminals)
    if (terminal->state() == Terminal::State::running) terminal->stop(REASON_CHARTCHANGE);
  (world.*lose)();
  for (const auto &terminal : world.terminals)
    if (terminal->state() == Terminal::State::stopped) terminal->start();
}

}  // namespace

std::string directive_id(long no) { return numbered("d1000000", no); }

void direct(World &world, double second, const Proposal &proposal) {
  world.at(moment(world, second), [=](World &then) {
    if (proposal.target) issue_when_open(then, proposal, second + PATIENCE);
    else then.control(Json::object({{"issue", document_of(proposal, then.now())}}));
  });
}

void price(World &world, double second, const std::string &symbol, double bid) {
  world.at(moment(world, second), [=](World &then) { jump_to(then, symbol + SYMBOL_SUFFIX, bid); });
}

void halt(World &world, double second, const std::string &scope, const std::string &value) {
  world.at(moment(world, second), [=](World &then) { then.control(Json::object({{"halt", Json::array({scope, value})}})); });
}
void resume(World &world, double second, const std::string &scope, const std::string &value) {
  world.at(moment(world, second), [=](World &then) { then.control(Json::object({{"resume", Json::array({scope, value})}})); });
}

void read_bars(World &world, const std::string &symbol, const std::string &timeframe, long count) {
  world.control(Json::object({{"strategy", Json::object({{"strategy_id", lower_case("reads-" + symbol + "-" + timeframe)},
                                                         {"symbols", Json::array({symbol})},
                                                         {"timeframe", timeframe},
                                                         {"bar_source", source_of(BARS_OF)},
                                                         {"warm_up_bars", count},
                                                         {"enabled", true}})}}));
}

void have_bars(World &world, const std::string &symbol, const std::string &timeframe, const std::vector<std::size_t> &positions) {
  Json bars = Json::array();
  for (const std::size_t position : positions) bars.push(document_of(bar_at(world, symbol, timeframe, position)));
  world.control(Json::object({{"bars", std::move(bars)}}));
}

void correct_bar(World &world, double second, const std::string &symbol, const std::string &timeframe, std::size_t position) {
  world.at(moment(world, second), [=](World &then) { restate(then, symbol, timeframe, position, 7); });
}

void disconnect(World &world, double second, double lasts) {
  world.at(moment(world, second), [=](World &then) {
    for (const auto &terminal : then.terminals) terminal->lose_connection(static_cast<Moment>(lasts * SECOND));
  });
}

void script_faults(World &world) {
  for (const Fault &fault : world.faults().all()) {
    const double from = fault.first, until = fault.first + fault.value;
    const auto then = [&](void (*act)(World &)) { world.at(moment(world, from), act); };
    if (fault.kind == "halt") halt(world, from, "account", "demo-1"), resume(world, until, "account", "demo-1");
    if (fault.kind == "new-tickets") then([](World &now) { now.broker().roll_over(); });
    if (fault.kind == "hand-close") then(close_by_hand);
    if (fault.kind == "bar-restated") then(correct_wanted_bars);
    if (fault.kind == "broker-clock") world.broker().offset_seconds += static_cast<long>(fault.value);
    if (fault.kind == "reload") then([](World &now) { between_handlers(now, reload); });
    if (fault.kind == "torn") then([](World &now) { between_handlers(now, tear); });
    if (fault.kind == "journal-gone") then([](World &now) { between_handlers(now, lose_files<&World::wipe_disks>); });
    if (fault.kind == "journal-moved") then([](World &now) { between_handlers(now, lose_files<&World::remove_journals>); });
  }
}

}  // namespace sim
