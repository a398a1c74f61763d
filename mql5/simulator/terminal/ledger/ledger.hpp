// The officer's side of the ledger in memory: the same answers as supabase/migrations/*_api_{poll_and_ack,report,sync}.sql
// and 20261123002800_bar_versions.sql. tests/mql5/test_protocol_*.py compare the two on recorded exchanges; the SQL is the law.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "bars.hpp"
#include "records.hpp"

namespace sim {

class Ledger {
 public:
  long poll_busy_ms = 500;
  long poll_idle_ms = 2000;

  // --- what the director and the operator do ----------------------------------------------------
  void open_account(LedgerAccount account) { accounts_[account.account_id] = std::move(account); }
  // Takes a directive as contracts/schemas/directive writes it.
  void issue(const Json &document);
  void halt(const std::string &scope, const std::string &value) { halts_.insert({scope, value}); }
  void resume(const std::string &scope, const std::string &value) { halts_.erase({scope, value}); }
  // Of a strategy only which bars it reads.
  void save_strategy(const Json &document);

  // --- what officers ask and tell; requests have passed their schema -----------------------------
  Json poll(const std::string &account_id, const Json &request, Moment at);
  Json acknowledge(const std::string &account_id, const Json &request, Moment at);
  Json report(const std::string &account_id, const Json &request, Moment at);
  // These throw Refusal.
  Json sync(const std::string &account_id, const Json &request, Moment at);
  Json store_bars(const std::string &account_id, const Json &request, Moment at);

  // --- what became of it -------------------------------------------------------------------------
  const std::map<long, LedgerDirective> &directives() const { return directives_; }
  const std::vector<LedgerEvent> &events() const { return events_; }
  const std::map<long, Exposure> &exposures() const { return exposures_; }
  const std::vector<std::string> &unmatched() const { return unmatched_; }
  const std::vector<Discrepancy> &discrepancies() const { return discrepancies_; }
  const BarStore &bars() const { return bars_; }
  const LedgerDirective *find(const std::string &directive_id) const;
  // Grows with every change that outlives a call, last-seen times apart.
  unsigned long revision() const { return revision_; }

 private:
  using Instance = std::pair<std::string, std::string>;  // account, instance
  struct Registered {
    std::string content;
    std::string directive_id;
  };
  struct Volume {
    Decimal filled_lots, closed_lots;
  };

  void seen(const std::string &account_id, const std::string &instance_id, Moment at);
  bool halted(const std::string &account_id, const std::string &symbol = "", const std::string &strategy_id = "") const;
  // How many opens an account may be offered now.
  long open_places(const LedgerAccount &account) const;
  LedgerDirective *own(const std::string &account_id, const std::string &directive_id);
  void move(LedgerDirective &directive, const std::string &status);
  void cancel_overtaken(const LedgerDirective &close);

  Json pending(const LedgerAccount &account, long limit, Moment at) const;
  Json unresolved(const std::string &account_id, const std::string &instance_id) const;
  Json settled(const std::string &account_id, const Json &ids);

  Json acknowledge_one(const LedgerAccount &account, const std::string &id, const std::string &instance_id, Moment at);
  Json grant(LedgerDirective &directive, const std::string &instance_id, Moment at);

  Json report_one(const std::string &account_id, const Json &document, const std::string &instance_id, Moment at);
  void apply(LedgerDirective &directive, const LedgerEvent &event);
  std::vector<std::string> anomalies(const LedgerDirective &directive, const LedgerEvent &event) const;
  Volume position_volume(long directive_no) const;
  void follow_execution(const LedgerDirective &directive, const LedgerEvent &event);

  void require_account(const LedgerAccount &account, const Json &state) const;
  std::vector<Discrepancy> find_discrepancies(const std::string &account_id, const Json &positions, const Json &orders) const;
  // Number, id and status of this account's directives that these lists name.
  Json identities(const std::string &account_id, const std::vector<const Json *> &lists) const;
  std::set<long> busy(const std::string &account_id, const Json &orders) const;
  void cancel_expired(const std::string &account_id, Moment at);

  std::map<std::string, LedgerAccount> accounts_;
  std::map<long, LedgerDirective> directives_;
  std::map<std::string, long> numbers_;  // directive id to number
  std::map<Instance, Moment> last_seen_;
  std::set<std::pair<std::string, std::string>> halts_;
  std::map<std::pair<std::string, std::string>, Registered> registry_;  // account and event id
  std::vector<LedgerEvent> events_;
  std::vector<std::string> unmatched_;
  std::map<long, Exposure> exposures_;
  std::vector<Discrepancy> discrepancies_;
  BarStore bars_;
  unsigned long revision_ = 0;
};

}  // namespace sim
