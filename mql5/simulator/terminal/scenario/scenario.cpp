#include "scenario.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "script.hpp"
#include "stories.hpp"

namespace sim {
namespace {

const char *const API_KEY = "ds_sweep0000001_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ";
constexpr Moment BETWEEN_STARTS = 137 * MILLISECOND;
// A run is over when nothing more is to be expected and nothing has changed for so long, ...
constexpr Moment REST = 12 * SECOND;
// ... or when it should have been, long ago: the officer's own times of waiting are below a minute here.
constexpr Moment PATIENCE = 15 * MINUTE;

mql::Inputs inputs() {
  return {{"InpServerUrl", "http://127.0.0.1"}, {"InpApiKey", API_KEY},      {"InpSymbolPrefix", ""}, {"InpSymbolSuffix", SYMBOL_SUFFIX},
          {"InpPollSeconds", "2"},              {"InpMaxDirectives", "4"},   {"InpGraceSeconds", "10"}, {"InpResolveSeconds", "60"},
          {"InpTimeoutMs", "3000"},             {"InpAlerts", "true"},   {"InpServerDaylightSaving", "us"}};
}

void populate(World &world, const ScenarioLine &line) {
  set_stage(world);
  world.gateway.admit(API_KEY, "demo-1");
  world.add_terminal("expert", inputs(), std::string("EURUSD") + SYMBOL_SUFFIX);
  if (world.faults().find("two-terminals")) world.add_terminal("second", inputs(), std::string("XAUUSD") + SYMBOL_SUFFIX);
  for (const Story &story : stories())
    if (line.story == story.name) {
      story.write(world);
      return script_faults(world);
    }
  throw std::invalid_argument("no such story: " + line.story);
}

bool all_running(const World &world) {
  return std::all_of(world.terminals.begin(), world.terminals.end(),
                     [](const auto &terminal) { return terminal->state() == Terminal::State::running; });
}

// Runs until the world is at rest; false if it never is.
bool play(World &world) {
  for (const auto &terminal : world.terminals) {
    terminal->start();
    world.run_until(world.now() + BETWEEN_STARTS);
  }
  std::string state = world.events();
  Moment changed = world.now();
  const Moment limit = world.now() + static_cast<Moment>(world.faults().over() * SECOND) + PATIENCE;
  while (world.now() < limit) {
    world.run_until(world.now() + SECOND);
    if (const std::string now = world.events(); now != state) state = now, changed = world.now();
    const bool quiet = world.now() - changed >= REST && world.seconds() > world.faults().over();
    if (world.script_over() && quiet && all_running(world) && settled(world)) return true;
  }
  return false;
}

// Every run ends with an orderly stop: what is left then was leaked.
void finish(World &world) {
  for (const auto &terminal : world.terminals)
    if (terminal->state() == Terminal::State::running) {
      terminal->stop(mql::REASON_REMOVE);
      for (const std::string &leak : terminal->machine().leaks) terminal->criticals.push_back("leak: " + leak);
    }
}

Json exchange_document(const Exchange &exchange) {
  if (!exchange.control.is_null()) {
    Json document = exchange.control;
    document.add("at", utc_text(exchange.at));
    return document;
  }
  return Json::object({{"at", utc_text(exchange.at)},
                       {"path", exchange.request.path},
                       {"request", Json::parse(exchange.request.body)},
                       {"status", exchange.reply.status},
                       {"answer", Json::parse(exchange.reply.body)}});
}

}  // namespace

ScenarioLine ScenarioLine::parse(const std::string &line) {
  std::istringstream words(line);
  ScenarioLine made;
  std::string more;
  if (!(words >> made.story >> made.plan >> made.crashes) || (words >> more))
    throw std::invalid_argument("a scenario is: story plan crashes; this is not: " + line);
  return made;
}

ScenarioResult run_scenario(const ScenarioLine &line, const Schemas &schemas, const ScenarioOptions &options) {
  World world(schemas, Faults(line.plan), Crashes(line.crashes));
  world.trace().spoken = options.spoken;
  world.recording = options.exchanges;
  if (options.lost) world.crashes().branch(options.lost);
  populate(world, line);
  const bool progressed = play(world);
  ScenarioResult result;
  result.points = world.crashes().distinct();
  result.point_count = world.crashes().count();
  result.violations = violations(world, progressed);
  finish(world);
  for (const auto &terminal : world.terminals)
    for (const std::string &text : terminal->criticals)
      if (text.starts_with("leak: ") || text.starts_with("object of type")) result.violations.push_back({"runtime", text});
  result.is_branch = world.crashes().is_branch();
  result.line = ScenarioLine{line.story, line.plan, result.is_branch ? world.crashes().text() : line.crashes}.text();
  result.struck = world.faults().struck();
  result.crashes = world.crashes().died();
  result.virtual_seconds = world.seconds();
  result.orders = world.accepted_orders.size();
  result.events = world.ledger.events().size();
  result.exchanges = std::move(world.exchanges);
  for (const auto &terminal : world.terminals) result.alerts.insert(result.alerts.end(), terminal->alerts.begin(), terminal->alerts.end());
  result.hash = world.trace().hash();
  return result;
}

std::string ScenarioResult::json(const ScenarioOptions &options) const {
  Json failures = Json::array();
  for (const Violation &violation : violations)
    failures.push(Json::object({{"invariant", violation.invariant}, {"detail", violation.detail}}));
  Json document = Json::object({{"scenario", line}, {"failures", std::move(failures)}, {"hash", hash}, {"crashes", crashes}, {"orders", orders},
                                {"events", events}, {"virtual_seconds", static_cast<long>(virtual_seconds)}, {"point_count", point_count}, {"struck", struck}});
  if (options.points) {
    Json list = Json::array();
    for (const CrashPoint &point : points) list.push(Json::array({point.number, point.name, point.unflushed}));
    document.add("points", std::move(list));
  }
  if (options.exchanges) {
    Json list = Json::array();
    for (const Exchange &exchange : exchanges) list.push(exchange_document(exchange));
    document.add("exchanges", std::move(list));
  }
  return document.dump();
}

}  // namespace sim
