// One terminal with its broker, working with real functions over HTTP. One JSON document a line, each answered by
// one; moments are timestamps, numbers of trade are decimals in text.
//   {"cmd": "init", "at", "folder", "symbol", "inputs": {name: text}, "instruments": [{...}],
//    "account": {"login", "currency", "balance", "leverage", "company", "server"}, "faults": a plan, see faults.hpp}
//   {"cmd": "bar", "symbol", "open", "high", "low", "close", "spread_points", "opened_at", "closed_at"}
//   {"cmd": "market", "at", "symbol", "bid": text or null for closed, "spread_points"}
//   {"cmd": "restate", "symbol", "bar_seconds", "position", "by"}: see BarHistory
//   {"cmd": "run", "until"}     {"cmd": "crash", "point", "bytes"}     {"cmd": "state"}     {"cmd": "quit"}
// A real broker goes on living whatever becomes of a terminal, so broker and terminal do not die together with the
// process. "crash" ends the terminal alone, at one of its crash points: between any two of its effects, such as
// the broker's taking an order and the journal's knowing of it. It loses its memory and every byte it has not
// flushed, and starts again. A signal could hit far fewer places, and never the narrow ones.
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "account_document.hpp"
#include "live_world.hpp"
#include "modes.hpp"

namespace sim {
namespace {

double decimal(const Json &value) { return std::strtod(value.text().c_str(), nullptr); }

Moment moment(const Json &value) {
  Moment at = 0;
  if (!parse_utc(value.text(), at)) throw JsonError("no moment: " + value.text());
  return at;
}

Instrument instrument_of(const Json &document) {
  Instrument made;
  made.name = document["symbol"].text();
  made.digits = static_cast<int>(document["digits"].integer());
  made.tick_size = decimal(document["tick_size"]);
  made.tick_value = decimal(document["tick_value"]);
  made.contract_size = decimal(document["contract_size"]);
  made.volume_min = decimal(document["volume_min_lots"]);
  made.volume_max = decimal(document["volume_max_lots"]);
  made.volume_step = decimal(document["volume_step_lots"]);
  made.stops_level = document["stops_level_points"].integer();
  made.commission_per_lot = decimal(document["commission_per_lot"]);
  return made;
}

LiveSettings settings_of(const Json &document) {
  LiveSettings settings;
  settings.start = moment(document["at"]);
  settings.balance = decimal(document["account"]["balance"]);
  settings.folder = document["folder"].text();
  settings.chart_symbol = document["symbol"].text();
  settings.faults = document["faults"].text();
  for (const auto &[name, value] : document["inputs"].members()) settings.inputs[name] = value.text();
  return settings;
}

std::unique_ptr<LiveWorld> world_of(const Json &document) {
  auto world = std::make_unique<LiveWorld>(settings_of(document));
  Broker &broker = world->broker();
  const Json &account = document["account"];
  broker.login = account["login"].integer();
  broker.currency = account["currency"].text();
  broker.leverage = account["leverage"].integer();
  broker.company = account["company"].text();
  broker.server = account["server"].text();
  for (const Json &instrument : document["instruments"].items()) broker.add(instrument_of(instrument));
  world->begin();
  return world;
}

double spread_of(const Json &document, const Instrument &instrument) {
  return static_cast<double>(document["spread_points"].integer()) * std::pow(10.0, -instrument.digits);
}

// Market hours of never.
const std::vector<Session> CLOSED = {{-1, 0, 0}};

Instrument &instrument_named(LiveWorld &world, const Json &document) {
  Instrument *found = world.broker().instrument(document["symbol"].text());
  if (!found) throw JsonError("no such instrument: " + document["symbol"].text());
  return *found;
}

void pass_bar(LiveWorld &world, const Json &document) {
  Instrument &instrument = instrument_named(world, document);
  instrument.sessions.clear();
  const Moment closed = moment(document["closed_at"]);
  world.broker().pass_bar(instrument.name, decimal(document["open"]), decimal(document["high"]), decimal(document["low"]),
                          decimal(document["close"]), spread_of(document, instrument), moment(document["opened_at"]), closed);
  world.skip_to(closed);
  world.terminal().tick();
}

void set_market(LiveWorld &world, const Json &document) {
  Instrument &instrument = instrument_named(world, document);
  world.skip_to(moment(document["at"]));
  instrument.sessions = document["bid"].is_null() ? CLOSED : std::vector<Session>();
  if (document["bid"].is_null()) return;
  const double bid = decimal(document["bid"]);
  world.broker().jump(instrument.name, bid, rounded(bid + spread_of(document, instrument), instrument.digits));
  world.terminal().tick();
}

void restate(LiveWorld &world, const Json &document) {
  const Timeframe length = static_cast<Timeframe>(document["bar_seconds"].integer());
  const std::size_t position = static_cast<std::size_t>(document["position"].integer());
  if (!world.broker().bars().restate(instrument_named(world, document).name, length, position, decimal(document["by"])))
    throw JsonError("no such bar");
}

const char *state_text(Terminal::State state) {
  return state == Terminal::State::running ? "running" : state == Terminal::State::off ? "off" : "stopped";
}

Json texts(const auto &lines) {
  Json made = Json::array();
  for (const std::string &line : lines) made.push(line);
  return made;
}

Json condition(LiveWorld &world) {
  Terminal &terminal = world.terminal();
  Json faults = texts(terminal.criticals);
  for (const int code : terminal.refused_starts) faults.push("OnInit answered " + std::to_string(code) + ": " + terminal.chart);
  return Json::object({{"now", utc_text(world.now())},
                       {"settled", world.settled()},
                       {"deaths", world.deaths()},
                       {"deals", world.broker().books().deals.size()},
                       {"terminal", state_text(terminal.state())},
                       {"faults", std::move(faults)}});
}

Json full_state(LiveWorld &world) {
  Json calls = Json::object();
  for (const auto &[path, made] : world.calls())
    calls.add(path, Json::object({{"count", made.count}, {"microseconds", made.microseconds}}));
  Json state = condition(world);
  state.add("calls", std::move(calls));
  state.add("chart", world.terminal().chart);
  state.add("alerts", texts(world.terminal().alerts));
  state.add("prints", texts(world.terminal().prints));
  state.add("account", account_document(world.broker()));
  return state;
}

Json obeyed(LiveWorld &world, const std::string &command, const Json &document) {
  if (command == "state") return full_state(world);
  if (command == "bar") pass_bar(world, document);
  else if (command == "market") set_market(world, document);
  else if (command == "restate") restate(world, document);
  else if (command == "run") world.run(moment(document["until"]));
  else if (command == "crash") world.crash_at(document["point"].integer(), document["bytes"].text().at(0));
  else throw JsonError("no such command: " + command);
  return condition(world);
}

}  // namespace

int serve(const std::vector<std::string> &arguments) {
  std::unique_ptr<LiveWorld> world;
  for (std::string line; std::getline(std::cin, line);) {
    const Json document = Json::parse(line);
    const std::string command = document["cmd"].text();
    if (command == "quit") break;
    if (command == "init") {
      world = world_of(document);
      world->trace().spoken = !arguments.empty() && arguments.front() == "--verbose";
      std::cout << condition(*world).dump() << std::endl;
      continue;
    }
    if (!world) throw JsonError("the first command is init");
    std::cout << obeyed(*world, command, document).dump() << std::endl;
  }
  if (world && world->terminal().state() == Terminal::State::running) world->terminal().stop(mql::REASON_CLOSE);
  return 0;
}

}  // namespace sim
