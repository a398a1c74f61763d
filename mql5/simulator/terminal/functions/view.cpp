// What a terminal sees of its account, and the clocks and disk of the machine it runs on.
#include "terminal.hpp"

namespace sim {
namespace {

constexpr long FEW_BARS = 3;

}  // namespace

bool Terminal::connected() const { return world_.now() >= cut_until_ && !world_.faults().on("offline", world_.seconds()); }

void Terminal::lose_connection(Moment duration) {
  frozen_ = books();
  frozen_bars_ = world_.broker().bars();
  cut_until_ = world_.now() + duration;
}

bool Terminal::trade_allowed() const { return !world_.faults().on("forbidden", world_.seconds()); }

const Books &Terminal::books() const {
  const Books &live = world_.broker().books();
  if (!connected()) {
    if (!frozen_) frozen_ = live;
    return *frozen_;
  }
  frozen_.reset();
  if (const Fault *lag = world_.faults().find("lag"))
    if (const Books *before = world_.books_before(static_cast<Moment>(lag->value * SECOND))) return *before;
  return live;
}

bool Terminal::is_late(std::string_view kind) const {
  const Fault *late = world_.faults().find(kind);
  return late && world_.now() < started_ + static_cast<Moment>(late->value * SECOND);
}

bool Terminal::sees_history() const { return !is_late("history-late"); }

bool Terminal::sees_positions() const { return !is_late("positions-late"); }

std::vector<Bar> Terminal::bars(const std::string &symbol, Timeframe length) const {
  if (is_late("bars-late")) return {};
  if (connected()) frozen_bars_.reset();
  else if (!frozen_bars_) frozen_bars_ = world_.broker().bars();
  std::vector<Bar> seen = (frozen_bars_ ? *frozen_bars_ : world_.broker().bars()).of(symbol, length);
  if (is_late("bars-few") && static_cast<long>(seen.size()) > FEW_BARS) seen.erase(seen.begin(), seen.end() - FEW_BARS);
  if (const Fault *hole = world_.faults().find("bars-hole"); hole && hole->lasts(world_.seconds())) {
    const long began = server_time() / SECOND - static_cast<long>(world_.seconds() - hole->first), seconds = static_cast<long>(length);
    const long open = began - began % seconds;
    std::erase_if(seen, [&](const Bar &bar) { return bar.opened >= open - 4 * seconds && bar.opened <= open - 2 * seconds; });
  }
  return seen;
}

bool Terminal::is_active(const Order &order) const {
  // For a moment an order may be in both lists.
  return order.active() || (world_.faults().find("in-both") && world_.now() < order.done + SECOND);
}

Moment Terminal::server_time() const { return world_.now() + world_.broker().offset_seconds * SECOND; }

long Terminal::utc_microseconds() {
  const Fault *jump = world_.faults().find("clock-jump");
  const bool jumped = jump && world_.seconds() >= jump->first;
  return world_.now() + (jumped ? static_cast<Moment>(jump->value * SECOND) : 0);
}

// The terminal works the server's time out from the server's own, whatever this computer's clock says.
long Terminal::server_offset_seconds() { return (server_time() - utc_microseconds()) / SECOND; }

long Terminal::last_tick_seconds() {
  Moment last = 0;
  for (const auto &[name, instrument] : world_.broker().instruments())
    if (const Quote *quote = world_.broker().quote(name)) last = std::max(last, quote->at);
  return last / SECOND + world_.broker().offset_seconds;
}

mql::ulong Terminal::uptime_microseconds() { return static_cast<mql::ulong>(world_.now() - booted_); }

void Terminal::crash_point(const char *name) {
  const std::string point = name;
  if (point == "file.write.after") unflushed_ = true;
  if (point == "file.flush.after") unflushed_ = false;
  if (world_.crashes().reach(settings_.program + " " + point, world_.state(), unflushed_)) machine_.crash(point);
}

std::size_t Terminal::bytes_flushed(const std::string &, std::size_t bytes) {
  // A power cut in the middle of a write: half of it is on the disk.
  return world_.crashes().reach(settings_.program + " file.flush.torn", world_.state() + " torn", false) ? bytes / 2 : bytes;
}

std::size_t Terminal::bytes_survived(const std::string &, std::size_t bytes) {
  const char share = world_.crashes().bytes();
  unflushed_ = false;
  return share == 'a' ? bytes : share == 'h' ? bytes / 2 : 0;
}

bool Terminal::disk_full(const std::string &) { return world_.faults().on("disk-full", world_.seconds()); }

void Terminal::print(const std::string &text) {
  prints.push_back(utc_text(world_.now()) + " " + text);
  if (prints.size() > 400) prints.pop_front();
  world_.trace().add(world_.now(), settings_.program + " prints " + text);
}
void Terminal::alert(const std::string &text) {
  alerts.push_back(text);
  world_.trace().add(world_.now(), settings_.program + " alerts " + text);
}
void Terminal::complaint(const std::string &text) {
  criticals.push_back(text);
  world_.trace().add(world_.now(), settings_.program + " complaint " + text);
}

}  // namespace sim
