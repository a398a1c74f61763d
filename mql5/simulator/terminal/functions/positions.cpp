// Position*: what is open.
#include <iterator>

#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

const Position *selected() {
  Terminal *terminal = calling();
  if (!terminal) return nullptr;
  const auto &positions = terminal->books().positions;
  const auto found = positions.find(terminal->selected_position);
  if (found != positions.end() && terminal->sees_positions()) return &found->second;
  mql::machine().set_error(mql::ERR_TRADE_POSITION_NOT_FOUND);
  return nullptr;
}

// Milliseconds of the broker's clock, as MetaTrader counts.
long server_ms(Moment at) { return (at + calling()->world().broker().offset_seconds * SECOND) / MILLISECOND; }

bool integer(const Position &position, mql::ENUM_POSITION_PROPERTY_INTEGER property, long &value) {
  switch (property) {
    case mql::POSITION_TICKET: value = static_cast<long>(position.ticket); return true;
    case mql::POSITION_IDENTIFIER: value = static_cast<long>(position.identifier); return true;
    case mql::POSITION_MAGIC: value = static_cast<long>(position.magic); return true;
    case mql::POSITION_TYPE: value = static_cast<long>(position.side); return true;
    case mql::POSITION_REASON: value = static_cast<long>(position.reason); return true;
    case mql::POSITION_TIME: value = server_ms(position.opened) / 1000; return true;
    case mql::POSITION_TIME_MSC: value = server_ms(position.opened); return true;
    case mql::POSITION_TIME_UPDATE: value = server_ms(position.updated) / 1000; return true;
    case mql::POSITION_TIME_UPDATE_MSC: value = server_ms(position.updated); return true;
  }
  return false;
}

bool real(const Position &position, mql::ENUM_POSITION_PROPERTY_DOUBLE property, double &value) {
  const Broker &broker = calling()->world().broker();
  const Quote *quote = broker.quote(position.symbol);
  switch (property) {
    case mql::POSITION_VOLUME: value = position.volume; return true;
    case mql::POSITION_PRICE_OPEN: value = position.open_price; return true;
    case mql::POSITION_SL: value = position.stop_loss; return true;
    case mql::POSITION_TP: value = position.take_profit; return true;
    case mql::POSITION_PRICE_CURRENT: value = position.side == Side::buy ? quote->bid : quote->ask; return true;
    case mql::POSITION_SWAP: value = position.swap; return true;
    case mql::POSITION_PROFIT: value = broker.profit(position); return true;
  }
  return false;
}

bool text(const Position &position, mql::ENUM_POSITION_PROPERTY_STRING property, mql::string &value) {
  value = mql::string::from_utf8(property == mql::POSITION_SYMBOL ? position.symbol : property == mql::POSITION_COMMENT ? position.comment : "");
  return true;
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

int PositionsTotal() {
  Terminal *terminal = calling();
  return terminal && terminal->sees_positions() ? static_cast<int>(terminal->books().positions.size()) : 0;
}

ulong PositionGetTicket(int index) {
  if (index < 0 || index >= PositionsTotal()) return 0;
  Terminal *terminal = calling();
  terminal->selected_position = std::next(terminal->books().positions.begin(), index)->first;
  return terminal->selected_position;
}

bool PositionSelectByTicket(ulong ticket) {
  Terminal *terminal = calling();
  if (!terminal) return false;
  terminal->selected_position = ticket;
  return selected() != nullptr;
}

bool PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property, long &value) {
  const Position *position = selected();
  return position && integer(*position, property, value);
}
long PositionGetInteger(ENUM_POSITION_PROPERTY_INTEGER property) {
  long value = 0;
  PositionGetInteger(property, value);
  return value;
}
bool PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property, double &value) {
  const Position *position = selected();
  return position && real(*position, property, value);
}
double PositionGetDouble(ENUM_POSITION_PROPERTY_DOUBLE property) {
  double value = 0;
  PositionGetDouble(property, value);
  return value;
}
bool PositionGetString(ENUM_POSITION_PROPERTY_STRING property, string &value) {
  const Position *position = selected();
  return position && text(*position, property, value);
}
string PositionGetString(ENUM_POSITION_PROPERTY_STRING property) {
  string value = u""_s;
  PositionGetString(property, value);
  return value;
}
string PositionGetSymbol(int index) { return PositionGetTicket(index) ? PositionGetString(POSITION_SYMBOL) : string(u""); }
bool PositionSelect(string symbol) {
  for (int i = 0; i < PositionsTotal(); ++i)
    if (PositionGetSymbol(i) == symbol) return true;
  return false;
}

}  // namespace mql
