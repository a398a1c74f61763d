#include "terminal.hpp"

#include "builtins.hpp"

namespace sim {
namespace {

constexpr std::size_t PRINTS_KEPT = 400;
constexpr Moment BOOT_TIME = 1 * SECOND;
constexpr Moment RESTART_TIME = 2 * SECOND;

}  // namespace

Terminal::Terminal(Surroundings &world, mql::Disk &disk, TerminalSettings settings)
    : world_(world), settings_(std::move(settings)), machine_(*this, disk), program_(mql::find_program(settings_.program)) {
  if (!program_) throw std::invalid_argument("no program " + settings_.program);
}

Terminal *calling() {
  mql::Machine &machine = mql::machine();
  return machine.dead() ? nullptr : static_cast<Terminal *>(&machine.host());
}

template <class Handler>
void Terminal::run(Handler handler) {
  mql::Running running(machine_);
  busy_ = true;
  try {
    handler();
  } catch (const mql::Crash &crash) {
    machine_.recover();
    world_.trace().add(world_.now(), settings_.program + " died at " + crash.point);
    state_ = State::off;
    comes_back_ = world_.now() + RESTART_TIME;
    globals.clear();
  } catch (const mql::CriticalError &error) {
    machine_.recover();
    criticals.emplace_back(error.what());
    world_.trace().add(world_.now(), settings_.program + " critical error: " + error.what());
    state_ = State::stopped;
  }
  busy_ = false;
}

void Terminal::start() {
  started_ = world_.now();
  if (booted_ == 0 || world_.faults().find("reboot")) booted_ = started_ - BOOT_TIME;
  state_ = State::running;
  comes_back_ = 0;
  frozen_.reset();
  frozen_bars_.reset();
  notices_read_ = world_.broker().notices().size();  // what happened before is history
  start_expert();
}

void Terminal::start_expert() {
  removed_ = tick_waits_ = false;
  timer_period_ = next_timer_ = 0;
  history = {};
  selected_position = selected_order = 0;
  chart.clear();
  run([&] {
    machine_.seed(static_cast<mql::uint>(world_.now() / SECOND));
    machine_.start(*program_, settings_.inputs);
    const int code = program_->on_init ? program_->on_init() : 0;
    if (code != 0) {
      refused_starts.push_back(code);
      world_.trace().add(world_.now(), settings_.program + " refused to start: " + std::to_string(code));
      removed_ = true;
    }
  });
  if (state_ == State::running && removed_) stop(mql::REASON_INITFAILED);
}

void Terminal::kill() {
  run([&] { machine_.crash("kill"); });
}

void Terminal::stop(int reason) {
  deinit_reason = reason;
  run([&] {
    if (program_->on_deinit) program_->on_deinit(reason);
    machine_.stop();
  });
  if (state_ == State::running) state_ = State::stopped;
}

Moment Terminal::next_due() const {
  if (state_ == State::off) return comes_back_;
  if (state_ != State::running || busy_) return 0;
  if (tick_waits_ || notices_read_ < world_.broker().notices().size()) return world_.now();
  return next_timer_;
}

void Terminal::work() {
  if (state_ == State::off) return start();
  if (notices_read_ < world_.broker().notices().size()) {
    const TradeNotice notice = world_.broker().notices()[notices_read_++];
    if (connected() && !world_.faults().find("deaf")) deliver(notice);
  } else if (tick_waits_) {
    tick_waits_ = false;
    if (program_->on_tick && connected()) run([&] { program_->on_tick(); });
  } else if (next_timer_ && next_timer_ <= world_.now()) {
    // Timer events do not pile up: the next one comes a period after this.
    next_timer_ = world_.now() + timer_period_;
    if (program_->on_timer) run([&] { program_->on_timer(); });
  }
  if (state_ == State::running && removed_) stop(mql::REASON_REMOVE);
}

void Terminal::deliver(const TradeNotice &notice) {
  if (!program_->on_trade_transaction) return;
  mql::Running running(machine_);
  mql::MqlTradeTransaction transaction = mql::zero_value<mql::MqlTradeTransaction>();
  using Kind = TradeNotice::Kind;
  transaction.type = notice.kind == Kind::order_added     ? mql::TRADE_TRANSACTION_ORDER_ADD
                     : notice.kind == Kind::order_gone    ? mql::TRADE_TRANSACTION_ORDER_DELETE
                     : notice.kind == Kind::history_added ? mql::TRADE_TRANSACTION_HISTORY_ADD
                     : notice.kind == Kind::deal_added    ? mql::TRADE_TRANSACTION_DEAL_ADD
                                                          : mql::TRADE_TRANSACTION_POSITION;
  transaction.order = notice.order;
  transaction.deal = notice.deal;
  transaction.position = notice.position;
  transaction.symbol = mql::string::from_utf8(notice.symbol);
  run([&] {
    program_->on_trade_transaction(transaction, mql::zero_value<mql::MqlTradeRequest>(), mql::zero_value<mql::MqlTradeResult>());
  });
}

void Terminal::set_timer(Moment period) {
  timer_period_ = period;
  next_timer_ = period ? world_.now() + period : 0;
}

void Terminal::wait(Moment duration) { world_.pass(duration, *this); }

}  // namespace sim
