// The world of one terminal that works with a real server: a broker fed with bars, a clock that jumps over the
// hours in which the officer has nothing to do.
#pragma once

#include <map>
#include <string>

#include "../functions/terminal.hpp"

namespace sim {

struct LiveSettings {
  Moment start = 0;
  double balance = 0;
  std::string folder;  // where the terminal's files lie
  mql::Inputs inputs;
  std::string chart_symbol;
  std::string faults = "none";
};

struct Calls {
  long count = 0;
  long microseconds = 0;  // real time, all together
};

class LiveWorld : public Surroundings {
 public:
  // The broker's account and instruments are filled in by the caller before begin().
  explicit LiveWorld(const LiveSettings &settings);
  // Puts the money in and starts the terminal.
  void begin();

  // --- what the driver commands -----------------------------------------------------------------
  // Fires the terminal's events until `until`, or until the officer has nothing more to do; then it is `until`.
  void run(Moment until);
  // Whether the officer had nothing more to do when the last run ended.
  bool settled() const { return settled_; }
  // The terminal dies at the so-manieth crash point from now, and comes back. bytes: see CrashAt.
  void crash_at(long point, char bytes);
  // Time passes without any event of the terminal: a bar in which it slept.
  void skip_to(Moment at) { advance_to(std::max(at, now_)); }
  Terminal &terminal() { return terminal_; }
  long deaths() const { return deaths_; }
  // By path.
  const std::map<std::string, Calls> &calls() const { return calls_; }

  // --- Surroundings -----------------------------------------------------------------------------
  Moment now() const override { return now_; }
  double seconds() const override { return static_cast<double>(now_ - settings_.start) / SECOND; }
  void pass(Moment duration, Terminal &) override { advance_to(now_ + duration); }
  Broker &broker() override { return broker_; }
  Faults &faults() override { return faults_; }
  Crashes &crashes() override { return crashes_; }
  Trace &trace() override { return trace_; }
  std::string state() const override { return ""; }
  const Books *books_before(Moment) const override { return nullptr; }
  WebAnswer send(const HttpRequest &request, const std::string &url, Moment timeout) override;
  void accepted(const TradeRequest &) override {}
  void refused(const TradeRequest &, unsigned) override {}

 private:
  void step();
  bool at_rest() const;
  bool only_waits() const;
  void advance_to(Moment at);
  void judge(const std::string &path, const HttpRequest &request, const WebAnswer &answer);

  LiveSettings settings_;
  Moment now_;
  Broker broker_;
  Faults faults_;
  Crashes crashes_;
  Trace trace_;
  mql::FolderDisk disk_;
  Terminal terminal_;
  bool settled_ = false;
  bool idle_ = false;        // the last poll said that there is nothing to do
  Moment last_activity_ = 0;  // a request was sent, or something happened at the broker
  Moment last_progress_ = 0;  // the same without polls and acks, which only ask
  std::map<std::string, bool> failing_;
  std::map<std::string, Calls> calls_;
  long deaths_ = 0;
};

}  // namespace sim
