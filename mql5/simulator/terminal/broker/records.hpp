// What a broker keeps: instruments, orders, deals, positions. Numbers of enumerations are MetaTrader's own.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "../common/moment.hpp"

namespace sim {

using Ticket = unsigned long;

enum class Side { buy = 0, sell = 1 };
enum class OrderType { buy, sell, buy_limit, sell_limit, buy_stop, sell_stop };
enum class OrderState { started, placed, canceled, partial, filled, rejected, expired };
enum class Reason { client = 0, expert = 3, stop_loss = 4, take_profit = 5, stop_out = 6 };
enum class Entry { in = 0, out = 1, out_by = 3 };
enum class Action { deal = 1, pending = 5, stops = 6, modify = 7, remove = 8, close_by = 10 };
enum class Filling { fok, ioc, ret, boc };
enum class OrderTime { gtc, day, specified, specified_day };
enum class Execution { request, instant, market, exchange };
enum class TradeMode { disabled, long_only, short_only, close_only, full };

enum Retcode : unsigned {
  ACCEPTABLE = 0,
  REQUOTE = 10004, REJECT = 10006, PLACED = 10008, DONE = 10009, DONE_PARTIAL = 10010, ERROR = 10011, TIMEOUT = 10012,
  INVALID = 10013, INVALID_VOLUME = 10014, INVALID_PRICE = 10015, INVALID_STOPS = 10016, TRADE_DISABLED = 10017,
  MARKET_CLOSED = 10018, NO_MONEY = 10019, PRICE_CHANGED = 10020, PRICE_OFF = 10021, INVALID_EXPIRATION = 10022,
  NO_CHANGES = 10025, INVALID_FILL = 10030, CONNECTION = 10031, LIMIT_VOLUME = 10034, INVALID_ORDER = 10035,
  POSITION_CLOSED = 10036, INVALID_CLOSE_VOLUME = 10038, LONG_ONLY = 10042, SHORT_ONLY = 10043, CLOSE_ONLY = 10044,
};

// Hours of trading in server time, seconds of a day of the week (0 is Sunday).
struct Session {
  int weekday;
  long from_seconds, to_seconds;
};

struct Instrument {
  std::string name;
  int digits = 5;
  double tick_size = 0.00001;
  double tick_value = 1;  // account currency per tick and lot
  double contract_size = 100'000;
  double volume_min = 0.01, volume_max = 50, volume_step = 0.01;
  int filling_mask = 2;   // FOK 1, IOC 2, BOC 4
  int order_modes = 127;
  int expiration_modes = 15;
  long stops_level = 0, freeze_level = 0;  // points
  Execution execution = Execution::market;
  TradeMode mode = TradeMode::full;
  double liquidity = 1000;  // lots that one deal takes at most: bigger orders are filled in several
  double slip_points = 0;   // what each further deal of an order costs
  double commission_per_lot = 0, swap_per_lot = 0;
  std::vector<Session> sessions;  // none: always
};

struct Quote {
  double bid = 0, ask = 0;
  Moment at = 0;
};

struct Order {
  Ticket ticket = 0;
  unsigned long magic = 0;
  Ticket position_id = 0;  // the position it opened or closes
  std::string symbol, comment;
  OrderType type = OrderType::buy;
  OrderState state = OrderState::started;
  Filling filling = Filling::ret;
  OrderTime time = OrderTime::gtc;
  Reason reason = Reason::expert;
  double volume_initial = 0, volume_current = 0, price = 0, stop_loss = 0, take_profit = 0;
  Moment set_up = 0, done = 0;
  long expiration = 0;  // server seconds

  bool active() const { return done == 0; }
};

struct Deal {
  Ticket ticket = 0, order = 0, position_id = 0;
  unsigned long magic = 0;
  std::string symbol, comment;
  bool is_balance = false;  // money put in or taken out, no trade
  Side side = Side::buy;
  Entry entry = Entry::in;
  Reason reason = Reason::expert;
  double volume = 0, price = 0, commission = 0, swap = 0, profit = 0, stop_loss = 0, take_profit = 0;
  Moment at = 0;
};

struct Position {
  Ticket ticket = 0, identifier = 0;
  unsigned long magic = 0;
  std::string symbol, comment;
  Side side = Side::buy;
  Reason reason = Reason::expert;
  double volume = 0, open_price = 0, stop_loss = 0, take_profit = 0, swap = 0;
  Moment opened = 0, updated = 0;
};

// All that there is and ever was, as a terminal may see it.
struct Books {
  std::map<Ticket, Order> orders;  // active ones and history
  std::vector<Deal> deals;
  std::map<Ticket, Position> positions;  // by ticket
};

struct TradeRequest {
  Action action = Action::deal;
  unsigned long magic = 0;
  Ticket order = 0, position = 0, position_by = 0;
  std::string symbol, comment;
  double volume = 0, price = 0, stop_loss = 0, take_profit = 0;
  unsigned long deviation = 0;
  OrderType type = OrderType::buy;
  Filling filling = Filling::fok;
  OrderTime time = OrderTime::gtc;
  long expiration = 0;
};

struct TradeAnswer {
  unsigned retcode = 0;
  Ticket deal = 0, order = 0;
  double volume = 0, price = 0, bid = 0, ask = 0;
  std::string comment;
};

// How the broker treats one request: perfectly unless told otherwise.
struct Handling {
  unsigned refuse = 0;     // answers this and does nothing
  double share = 1;        // of the volume that finds a counterpart
  Moment delay = 0;        // executes so much later, and answers PLACED at once
  bool cancels = false;    // takes the order, then lets go of it without a deal
  bool drops_comment = false;
  bool unseen = false;     // nothing shows it before it is carried out
};

// A change of a position's stops that was carried out.
struct Modification {
  unsigned long magic;
  Ticket position_id;
  double stop_loss_before, take_profit_before, stop_loss, take_profit;
};

// What terminals are told by themselves, in the order it happened.
struct TradeNotice {
  enum class Kind { order_added, order_gone, history_added, deal_added, position_changed } kind;
  Ticket order = 0, deal = 0, position = 0;
  std::string symbol;
};

inline bool is_buy(OrderType type) { return type == OrderType::buy || type == OrderType::buy_limit || type == OrderType::buy_stop; }
inline bool is_market(OrderType type) { return type == OrderType::buy || type == OrderType::sell; }
inline bool is_limit(OrderType type) { return type == OrderType::buy_limit || type == OrderType::sell_limit; }
inline Side opposite(Side side) { return side == Side::buy ? Side::sell : Side::buy; }

}  // namespace sim
