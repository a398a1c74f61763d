// Symbol*: instruments and quotes.
#include <cmath>

#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

const Instrument *known(const mql::string &name) {
  Terminal *terminal = calling();
  const Instrument *instrument = terminal ? terminal->world().broker().instrument(name.utf8()) : nullptr;
  if (!instrument) mql::machine().set_error(mql::ERR_MARKET_UNKNOWN_SYMBOL);
  return instrument;
}

const Quote *quoted(const Instrument &instrument) { return calling()->world().broker().quote(instrument.name); }

double point(const Instrument &instrument) { return std::pow(10.0, -instrument.digits); }

bool real(const Instrument &of, mql::ENUM_SYMBOL_INFO_DOUBLE property, double &value) {
  const Quote *quote = quoted(of);
  switch (property) {
    case mql::SYMBOL_BID: value = quote ? quote->bid : 0; return true;
    case mql::SYMBOL_ASK: value = quote ? quote->ask : 0; return true;
    case mql::SYMBOL_LAST: value = 0; return true;
    case mql::SYMBOL_POINT: value = point(of); return true;
    case mql::SYMBOL_TRADE_TICK_VALUE:
    case mql::SYMBOL_TRADE_TICK_VALUE_PROFIT:
    case mql::SYMBOL_TRADE_TICK_VALUE_LOSS: value = of.tick_value; return true;
    case mql::SYMBOL_TRADE_TICK_SIZE: value = of.tick_size; return true;
    case mql::SYMBOL_TRADE_CONTRACT_SIZE: value = of.contract_size; return true;
    case mql::SYMBOL_VOLUME_MIN: value = of.volume_min; return true;
    case mql::SYMBOL_VOLUME_MAX: value = of.volume_max; return true;
    case mql::SYMBOL_VOLUME_STEP: value = of.volume_step; return true;
    case mql::SYMBOL_VOLUME_LIMIT: value = 0; return true;
    default: value = 0; return false;
  }
}

bool integer(const Instrument &of, mql::ENUM_SYMBOL_INFO_INTEGER property, long &value) {
  const Quote *quote = quoted(of);
  const long offset_ms = calling()->world().broker().offset_seconds * 1000;
  switch (property) {
    case mql::SYMBOL_SELECT:
    case mql::SYMBOL_VISIBLE:
    case mql::SYMBOL_EXIST: value = 1; return true;
    case mql::SYMBOL_CUSTOM: value = 0; return true;
    case mql::SYMBOL_TIME: value = quote ? quote->at / SECOND + offset_ms / 1000 : 0; return true;
    case mql::SYMBOL_TIME_MSC: value = quote ? quote->at / MILLISECOND + offset_ms : 0; return true;
    case mql::SYMBOL_DIGITS: value = of.digits; return true;
    case mql::SYMBOL_SPREAD: value = quote ? std::lround((quote->ask - quote->bid) / point(of)) : 0; return true;
    case mql::SYMBOL_SPREAD_FLOAT: value = 1; return true;
    case mql::SYMBOL_TRADE_MODE: value = static_cast<long>(of.mode); return true;
    case mql::SYMBOL_TRADE_STOPS_LEVEL: value = of.stops_level; return true;
    case mql::SYMBOL_TRADE_FREEZE_LEVEL: value = of.freeze_level; return true;
    case mql::SYMBOL_TRADE_EXEMODE: value = static_cast<long>(of.execution); return true;
    case mql::SYMBOL_EXPIRATION_MODE: value = of.expiration_modes; return true;
    case mql::SYMBOL_FILLING_MODE: value = of.filling_mask; return true;
    case mql::SYMBOL_ORDER_MODE: value = of.order_modes; return true;
    case mql::SYMBOL_ORDER_GTC_MODE: value = mql::SYMBOL_ORDERS_GTC; return true;
    default: value = 0; return false;
  }
}

bool session(const mql::string &name, int weekday, unsigned index, mql::datetime &from, mql::datetime &to) {
  const Instrument *of = known(name);
  if (!of) return false;
  if (of->sessions.empty()) {
    from = mql::datetime(0);
    to = mql::datetime(86400);
    return index == 0;
  }
  for (const Session &one : of->sessions) {
    if (one.weekday != weekday || index-- > 0) continue;
    from = mql::datetime(one.from_seconds);
    to = mql::datetime(one.to_seconds);
    return true;
  }
  return false;
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

int SymbolsTotal(bool) {
  Terminal *terminal = calling();
  return terminal ? static_cast<int>(terminal->world().broker().instruments().size()) : 0;
}
string SymbolName(int position, bool selected) {
  if (position < 0 || position >= SymbolsTotal(selected)) return u""_s;
  return string::from_utf8(std::next(calling()->world().broker().instruments().begin(), position)->first);
}
bool SymbolExist(const string name, bool &is_custom) {
  is_custom = false;
  return known(name) != nullptr;
}
bool SymbolSelect(string name, bool) { return known(name) != nullptr; }
bool SymbolIsSynchronized(string name) {
  const Instrument *of = known(name);
  return of && calling()->connected() && quoted(*of);
}

bool SymbolInfoDouble(string name, ENUM_SYMBOL_INFO_DOUBLE property, double &value) {
  const Instrument *of = known(name);
  return of && real(*of, property, value);
}
double SymbolInfoDouble(string name, ENUM_SYMBOL_INFO_DOUBLE property) {
  double value = 0;
  SymbolInfoDouble(name, property, value);
  return value;
}
bool SymbolInfoInteger(string name, ENUM_SYMBOL_INFO_INTEGER property, long &value) {
  const Instrument *of = known(name);
  return of && integer(*of, property, value);
}
long SymbolInfoInteger(string name, ENUM_SYMBOL_INFO_INTEGER property) {
  long value = 0;
  SymbolInfoInteger(name, property, value);
  return value;
}
bool SymbolInfoString(string name, ENUM_SYMBOL_INFO_STRING property, string &value) {
  const Instrument *of = known(name);
  if (!of) return false;
  value = string::from_utf8(property == SYMBOL_CURRENCY_PROFIT ? calling()->world().broker().currency : of->name);
  return true;
}
string SymbolInfoString(string name, ENUM_SYMBOL_INFO_STRING property) {
  string value = u""_s;
  SymbolInfoString(name, property, value);
  return value;
}

bool SymbolInfoTick(string name, MqlTick &tick) {
  const Instrument *of = known(name);
  const Quote *quote = of ? quoted(*of) : nullptr;
  tick = zero_value<MqlTick>();
  if (!quote) return false;
  const long offset = calling()->world().broker().offset_seconds;
  tick.time = datetime(quote->at / SECOND + offset);
  tick.time_msc = quote->at / MILLISECOND + offset * 1000;
  tick.bid = quote->bid;
  tick.ask = quote->ask;
  tick.flags = 6;  // bid and ask have changed
  return true;
}

bool SymbolInfoSessionTrade(string name, ENUM_DAY_OF_WEEK weekday, uint index, datetime &from, datetime &to) {
  return session(name, weekday, index, from, to);
}
bool SymbolInfoSessionQuote(string name, ENUM_DAY_OF_WEEK weekday, uint index, datetime &from, datetime &to) {
  return session(name, weekday, index, from, to);
}

string Symbol() {
  Terminal *terminal = calling();
  return terminal ? string::from_utf8(terminal->settings().chart_symbol) : string(u"");
}
ENUM_TIMEFRAMES Period() { return PERIOD_H1; }
int Digits() { return static_cast<int>(SymbolInfoInteger(Symbol(), SYMBOL_DIGITS)); }
double Point() { return SymbolInfoDouble(Symbol(), SYMBOL_POINT); }

}  // namespace mql
