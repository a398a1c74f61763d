// One run: a ledger, a broker, terminals and a script, on one virtual clock and one thread.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "../functions/terminal.hpp"
#include "../ledger/gateway.hpp"
#include "bars.hpp"
#include "sandbox.hpp"

namespace sim {

class World;

// A line of a script: what happens besides terminals and broker.
struct Step {
  Moment at;
  std::function<void(World &)> act;
};

// One call to the ledger and its answer, or something the director or the operator did there: as a recorder
// keeps it, to tell the same to another ledger.
struct Exchange {
  Moment at;
  HttpRequest request;
  HttpReply reply;
  Json control;  // {"issue": directive}, {"halt": [scope, value]}, {"resume": [scope, value]}, {"strategy": strategy},
                 // {"bars": bars that an officer sent before the run}; null for a call
};

class World : public Surroundings {
 public:
  World(const Schemas &schemas, Faults faults, Crashes crashes);

  Ledger ledger;
  Gateway gateway;
  std::vector<std::unique_ptr<Terminal>> terminals;
  // Keeps Exchange records.
  bool recording = false;
  std::vector<Exchange> exchanges;
  // What was wrong the moment it happened: invariant and detail.
  std::vector<std::pair<std::string, std::string>> violations;
  std::vector<TradeRequest> accepted_orders;
  // By directive, when the broker first took an order of it.
  std::map<long, Moment> traded_at;
  // How often officers sent each bar, and what bars were before the broker corrected them.
  std::map<KnownBar, long> bars_sent;
  std::set<KnownBar> former_bars;
  // Directives whose modification the broker found to be done already.
  std::set<long> unchanged;

  void add_terminal(const std::string &program, const mql::Inputs &inputs, const std::string &chart_symbol);
  void at(Moment when, std::function<void(World &)> act);
  // What the director and the operator do: see Exchange.
  void control(const Json &what);
  // Lets everything happen up to a moment.
  void run_until(Moment end) { pass_for(end); }
  // Like state(), of what happened only: faults that strike without effect do not keep a run from its rest.
  std::string events() const;
  // Whether nothing is to go wrong but with bars: then trading must be as if there were none.
  bool only_bars_fail() const;
  std::size_t crashes_so_far() const { return crashes_.died(); }
  bool script_over() const { return next_step_ == script_.size(); }
  Moment start() const { return start_; }
  void wipe_disks();
  // Only the journals are gone; who this terminal is, it still knows.
  void remove_journals();
  // The last write of every terminal to its journal was cut short: zeroes where its bytes should be.
  void tear_journals();

  // --- Surroundings -----------------------------------------------------------------------------
  Moment now() const override { return now_; }
  double seconds() const override { return static_cast<double>(now_ - start_) / SECOND; }
  void pass(Moment duration, Terminal &) override { pass_for(now_ + duration); }
  Broker &broker() override { return broker_; }
  const Broker &broker() const { return broker_; }
  Faults &faults() override { return faults_; }
  const Faults &faults() const { return faults_; }
  Crashes &crashes() override { return crashes_; }
  Trace &trace() override { return trace_; }
  std::string state() const override;
  const Books *books_before(Moment age) const override;
  WebAnswer send(const HttpRequest &request, const std::string &url, Moment timeout) override;
  void accepted(const TradeRequest &request) override;
  void refused(const TradeRequest &request, unsigned retcode) override;

 private:
  void pass_for(Moment end);
  // Does the next thing that is due by `end`; false if there is none.
  bool happen(Moment end);
  void advance_to(Moment at);
  void remember();
  void bars_arrived(const HttpRequest &request, const HttpReply &reply);
  // Whether the position that a close or modify is about is open.
  bool has_target(long no) const;

  Moment start_, now_;
  Broker broker_;
  Faults faults_;
  Crashes crashes_;
  Trace trace_;
  std::vector<std::unique_ptr<Sandbox>> disks_;
  std::vector<Step> script_;
  std::size_t next_step_ = 0;
  std::deque<std::pair<Moment, Books>> remembered_;
  unsigned long remembered_revision_ = 0;
};

// The directive that a magic number names; 0 for none of ours.
long directive_of(unsigned long magic);

}  // namespace sim
