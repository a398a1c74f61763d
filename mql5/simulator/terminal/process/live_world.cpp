#include "live_world.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "http.hpp"

namespace sim {
namespace {

// Three timer events without a request: the officer has nothing to send.
constexpr Moment REST = 750 * MILLISECOND;
// Who has only waited for so long is woken in these steps, not with every timer event.
constexpr Moment WAITED = 5 * SECOND, WAITING_STEP = 5 * SECOND;
// Real time. A server that is down stays down for a while: without a pause the virtual clock would race through
// hours of retries in that while.
constexpr std::chrono::milliseconds PAUSE_AFTER_FAILURE(200);

bool empty(const Json &document, const char *key) { return document[key].is_array() && document[key].items().empty(); }

}  // namespace

LiveWorld::LiveWorld(const LiveSettings &settings)
    : settings_(settings), now_(settings.start), faults_(settings.faults), disk_(settings.folder),
      terminal_(*this, disk_, TerminalSettings{"expert", settings.inputs, settings.chart_symbol}) {}

void LiveWorld::begin() {
  broker_.advance(now_);
  broker_.deposit(settings_.balance);
  terminal_.start();
}

void LiveWorld::run(Moment until) {
  last_activity_ = last_progress_ = now_;
  while (now_ < until && !at_rest()) {
    const Moment wakes = only_waits() ? now_ + WAITING_STEP : std::max(terminal_.next_due(), now_);
    if (terminal_.next_due() == 0 || wakes > until) break;
    advance_to(wakes);
    step();
  }
  settled_ = at_rest();
  advance_to(std::max(until, now_));
}

// One event of the terminal.
void LiveWorld::step() {
  const unsigned long revision = broker_.revision();
  const Terminal::State before = terminal_.state();
  terminal_.work();
  const bool died = before == Terminal::State::running && terminal_.state() == Terminal::State::off;
  if (died) ++deaths_, crashes_ = Crashes();
  if (died || before == Terminal::State::off) idle_ = false;
  if (before != terminal_.state() || revision != broker_.revision()) last_activity_ = last_progress_ = now_;
}

bool LiveWorld::at_rest() const {
  const bool failing = std::any_of(failing_.begin(), failing_.end(), [](const auto &path) { return path.second; });
  return terminal_.state() == Terminal::State::running && idle_ && !failing && now_ - last_activity_ >= REST;
}

bool LiveWorld::only_waits() const {
  return terminal_.state() == Terminal::State::running && now_ - last_progress_ >= WAITED;
}

void LiveWorld::crash_at(long point, char bytes) { crashes_ = Crashes(std::to_string(point) + bytes); }

void LiveWorld::advance_to(Moment at) {
  now_ = at;
  broker_.advance(at);
}

WebAnswer LiveWorld::send(const HttpRequest &request, const std::string &url, Moment timeout) {
  HttpRequest dated = request;
  dated.headers["x-simulated-time"] = utc_text(now_);
  const auto began = std::chrono::steady_clock::now();
  const WebAnswer answer = http_exchange(dated, url, timeout);
  const auto took = std::chrono::steady_clock::now() - began;
  trace_.add(now_, request.path + " " + request.body + " -> " + std::to_string(answer.reply.status) + " " + answer.reply.body);
  const std::string path = request.path.substr(request.path.rfind('/'));
  ++calls_[path].count;
  calls_[path].microseconds += std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  judge(path, request, answer);
  return answer;
}

// What the request and its answer say about how much there is to do.
void LiveWorld::judge(const std::string &path, const HttpRequest &request, const WebAnswer &answer) {
  const bool good = answer.arrived && answer.reply.status == 200;
  last_activity_ = now_;
  failing_[path] = !good;
  if (!good) return std::this_thread::sleep_for(PAUSE_AFTER_FAILURE);
  if (path != "/poll" && path != "/ack") last_progress_ = now_;
  if (path == "/ack") idle_ = false;
  if (path != "/poll") return;
  const Json asked = Json::parse(request.body), told = Json::parse(answer.reply.body);
  idle_ = empty(asked, "unresolved") && empty(told, "directives") && empty(told, "unresolved");
}

}  // namespace sim
