// AccountInfo*, TerminalInfo*, MQLInfo*, events and the expert's own life.
#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

mql::string terminal_folder() {
  const Terminal *terminal = calling();
  return mql::string::from_utf8("C:\\Terminals\\" + (terminal ? terminal->settings().program : ""));
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

double AccountInfoDouble(ENUM_ACCOUNT_INFO_DOUBLE property) {
  Terminal *terminal = calling();
  if (!terminal) return 0;
  const Broker &broker = terminal->world().broker();
  const double used = broker.margin_used(), equity = broker.equity();
  switch (property) {
    case ACCOUNT_BALANCE: return broker.balance;
    case ACCOUNT_EQUITY: return equity;
    case ACCOUNT_PROFIT: return rounded(equity - broker.balance, 2);
    case ACCOUNT_MARGIN: return used;
    case ACCOUNT_MARGIN_FREE: return rounded(equity - used, 2);
    case ACCOUNT_MARGIN_LEVEL: return used > 0 ? rounded(equity / used * 100, 2) : 0;
    case ACCOUNT_MARGIN_SO_SO: return broker.stop_out_level;
    default: return 0;
  }
}

long AccountInfoInteger(ENUM_ACCOUNT_INFO_INTEGER property) {
  Terminal *terminal = calling();
  if (!terminal) return 0;
  const Broker &broker = terminal->world().broker();
  switch (property) {
    case ACCOUNT_LOGIN: return broker.login;
    case ACCOUNT_TRADE_MODE: return ACCOUNT_TRADE_MODE_DEMO;
    case ACCOUNT_LEVERAGE: return broker.leverage;
    case ACCOUNT_MARGIN_MODE: return ACCOUNT_MARGIN_MODE_RETAIL_HEDGING;
    case ACCOUNT_TRADE_ALLOWED:
    case ACCOUNT_TRADE_EXPERT:
    case ACCOUNT_HEDGE_ALLOWED: return 1;
    case ACCOUNT_CURRENCY_DIGITS: return 2;
    default: return 0;
  }
}

string AccountInfoString(ENUM_ACCOUNT_INFO_STRING property) {
  Terminal *terminal = calling();
  if (!terminal) return u""_s;
  const Broker &broker = terminal->world().broker();
  switch (property) {
    case ACCOUNT_NAME: return u"Zoë Müller"_s;
    case ACCOUNT_SERVER: return string::from_utf8(broker.server);
    case ACCOUNT_CURRENCY: return string::from_utf8(broker.currency);
    case ACCOUNT_COMPANY: return string::from_utf8(broker.company);
  }
  return u""_s;
}

int TerminalInfoInteger(int property) {
  Terminal *terminal = calling();
  if (!terminal) return 0;
  switch (property) {
    case TERMINAL_BUILD: return 5300;
    case TERMINAL_CONNECTED: return terminal->connected();
    case TERMINAL_TRADE_ALLOWED: return terminal->trade_allowed();
    case TERMINAL_NOTIFICATIONS_ENABLED: return 1;
    case TERMINAL_X64: return 1;
    case TERMINAL_CPU_CORES: return 4;
    case TERMINAL_CODEPAGE: return 1252;
    case TERMINAL_MAXBARS: return MAX_BARS;
    case TERMINAL_DISK_SPACE: return terminal->disk_full("") ? 0 : 100'000;
    default: return 0;
  }
}
string TerminalInfoString(int property) {
  switch (property) {
    case TERMINAL_NAME: return u"Simulated Terminal"_s;
    case TERMINAL_LANGUAGE: return u"English"_s;
    case TERMINAL_DATA_PATH: return terminal_folder();
    default: return u""_s;
  }
}

int MQLInfoInteger(int property) {
  Terminal *terminal = calling();
  if (!terminal) return 0;
  return property == MQL_TRADE_ALLOWED ? terminal->trade_allowed() : 0;
}
string MQLInfoString(int property) { return property == MQL_PROGRAM_NAME ? string(u"ExecutionOfficer") : string(u""); }

bool EventSetMillisecondTimer(int milliseconds) {
  Terminal *terminal = calling();
  if (!terminal || milliseconds <= 0) return false;
  terminal->set_timer(milliseconds * MILLISECOND);
  return true;
}
bool EventSetTimer(int seconds) { return EventSetMillisecondTimer(seconds * 1000); }
void EventKillTimer() {
  if (Terminal *terminal = calling()) terminal->set_timer(0);
}

void Sleep(int milliseconds) {
  Terminal *terminal = calling();
  if (!terminal) return;
  machine().crash_point("sleep.before");
  terminal->wait(milliseconds * MILLISECOND);
  machine().crash_point("sleep.after");
}
void ExpertRemove() {
  if (Terminal *terminal = calling()) terminal->remove_expert();
}
bool IsStopped() {
  Terminal *terminal = calling();
  return !terminal || terminal->is_removed();
}
int UninitializeReason() {
  Terminal *terminal = calling();
  return terminal ? terminal->deinit_reason : 0;
}

bool SendNotification(string text) {
  Terminal *terminal = calling();
  if (!terminal || text.size() == 0 || text.size() > 255) return false;
  terminal->alert("notification: " + text.utf8());
  return true;
}
bool PlaySound(string) { return true; }

bool GlobalVariableCheck(string name) {
  Terminal *terminal = calling();
  return terminal && terminal->globals.contains(name.utf8());
}
datetime GlobalVariableSet(string name, double value) {
  Terminal *terminal = calling();
  if (!terminal) return datetime(0);
  terminal->globals[name.utf8()] = value;
  return datetime(terminal->utc_microseconds() / SECOND);
}
double GlobalVariableGet(string name) { return GlobalVariableCheck(name) ? calling()->globals.at(name.utf8()) : 0; }
bool GlobalVariableGet(string name, double &value) {
  value = GlobalVariableGet(name);
  return GlobalVariableCheck(name);
}
bool GlobalVariableDel(string name) {
  Terminal *terminal = calling();
  return terminal && terminal->globals.erase(name.utf8()) > 0;
}
bool GlobalVariableTemp(string name) { return !GlobalVariableCheck(name) && static_cast<long>(GlobalVariableSet(name, 0)) > 0; }
bool GlobalVariableSetOnCondition(string name, double value, double expected) {
  if (!GlobalVariableCheck(name) || GlobalVariableGet(name) != expected) return false;
  GlobalVariableSet(name, value);
  return true;
}
void GlobalVariablesFlush() {}

}  // namespace mql
