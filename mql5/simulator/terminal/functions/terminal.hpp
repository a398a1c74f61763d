// A simulated MetaTrader 5 terminal with one expert: its machine, its chart, and what it sees of the broker.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "machine.hpp"
#include "surroundings.hpp"

namespace sim {

// "Max bars in chart", as terminals come.
constexpr int MAX_BARS = 100'000;

struct TerminalSettings {
  std::string program;  // as mql::find_program knows it
  mql::Inputs inputs;
  std::string chart_symbol;
};

// What HistorySelect found.
struct HistorySelection {
  std::vector<Ticket> orders, deals;
};

class Terminal : public mql::Host {
 public:
  Terminal(Surroundings &world, mql::Disk &disk, TerminalSettings settings);

  // --- its life ---------------------------------------------------------------------------------
  enum class State { off, running, stopped };  // stopped: by itself or by a critical error; nobody starts it again
  State state() const { return state_; }
  bool busy() const { return busy_; }
  // Starts terminal and expert.
  void start();
  // It is killed between two handlers and comes back.
  void kill();
  // Ends it in an orderly way; reason: MQL5's REASON_*.
  void stop(int reason);
  // When it has something to do by itself; 0 for never.
  Moment next_due() const;
  // Does it.
  void work();
  void tick() { tick_waits_ = true; }
  void come_back_at(Moment at) { comes_back_ = at; }
  Moment comes_back() const { return comes_back_; }

  // --- what the functions ask -------------------------------------------------------------------
  Surroundings &world() { return world_; }
  mql::Machine &machine() { return machine_; }
  const TerminalSettings &settings() const { return settings_; }
  bool connected() const;
  // The connection breaks now; what was seen last stays in sight.
  void lose_connection(Moment duration);
  bool trade_allowed() const;
  // The account as this terminal sees it now.
  const Books &books() const;
  bool sees_history() const;
  bool sees_positions() const;
  // The bars it has, oldest first; the last one is open.
  std::vector<Bar> bars(const std::string &symbol, Timeframe length) const;
  bool is_active(const Order &order) const;
  // Lets time pass while this terminal waits.
  void wait(Moment duration);
  Moment server_time() const;
  void set_timer(Moment period);
  void remove_expert() { removed_ = true; }
  bool is_removed() const { return removed_; }

  HistorySelection history;
  Ticket selected_position = 0, selected_order = 0;
  std::map<std::string, double> globals;  // GlobalVariable*: outlive the expert, and a crash only when flushed
  int deinit_reason = 0;

  // --- what people see --------------------------------------------------------------------------
  std::string chart;
  std::vector<std::string> alerts;
  std::deque<std::string> prints;
  // Why the expert stopped against its will, and what its runtime complained of.
  std::vector<std::string> criticals;
  std::vector<int> refused_starts;  // codes of OnInit other than 0

  // --- mql::Host --------------------------------------------------------------------------------
  void crash_point(const char *name) override;
  std::size_t bytes_flushed(const std::string &path, std::size_t bytes) override;
  std::size_t bytes_survived(const std::string &path, std::size_t bytes) override;
  bool disk_full(const std::string &path) override;
  void print(const std::string &text) override;
  void alert(const std::string &text) override;
  void comment(const std::string &text) override { chart = text; }
  void complaint(const std::string &text) override;
  long utc_microseconds() override;
  long server_offset_seconds() override;
  long last_tick_seconds() override;
  mql::ulong uptime_microseconds() override;

 private:
  // Whether a fault that begins with the terminal's start is on.
  bool is_late(std::string_view kind) const;
  // Runs a handler; a crash in it takes the terminal down.
  template <class Handler>
  void run(Handler handler);
  void start_expert();
  void deliver(const TradeNotice &notice);

  Surroundings &world_;
  TerminalSettings settings_;
  mql::Machine machine_;
  const mql::Program *program_;
  State state_ = State::off;
  bool busy_ = false, removed_ = false, tick_waits_ = false, unflushed_ = false;
  Moment started_ = 0, booted_ = 0, next_timer_ = 0, timer_period_ = 0, comes_back_ = 0, cut_until_ = 0;
  std::size_t notices_read_ = 0;
  mutable std::optional<Books> frozen_;  // what it saw last before the connection broke
  mutable std::optional<BarHistory> frozen_bars_;
};

// The terminal whose expert is calling; nullptr while it is dying and nothing may have an effect.
Terminal *calling();

}  // namespace sim
