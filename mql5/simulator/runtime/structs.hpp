// MQL5's predefined structures. Each answers to `.`, which the translator writes `->`.
#pragma once

#include "constants.hpp"
#include "string.hpp"

#define MQL_STRUCT(name)                  \
  name *operator->() { return this; }     \
  const name *operator->() const { return this; }

namespace mql {

struct MqlDateTime {
  int year, mon, day, hour, min, sec, day_of_week, day_of_year;
  MQL_STRUCT(MqlDateTime)
};

struct MqlTick {
  datetime time;
  double bid, ask, last;
  ulong volume;
  long time_msc;
  uint flags;
  double volume_real;
  MQL_STRUCT(MqlTick)
};

struct MqlRates {
  datetime time;
  double open, high, low, close;
  long tick_volume;
  int spread;
  long real_volume;
  MQL_STRUCT(MqlRates)
};

struct MqlTradeRequest {
  ENUM_TRADE_REQUEST_ACTIONS action;
  ulong magic;
  ulong order;
  string symbol;
  double volume, price, stoplimit, sl, tp;
  ulong deviation;
  ENUM_ORDER_TYPE type;
  ENUM_ORDER_TYPE_FILLING type_filling;
  ENUM_ORDER_TYPE_TIME type_time;
  datetime expiration;
  string comment;
  ulong position;
  ulong position_by;
  MQL_STRUCT(MqlTradeRequest)
};

struct MqlTradeResult {
  uint retcode;
  ulong deal;
  ulong order;
  double volume, price, bid, ask;
  string comment;
  uint request_id;
  int retcode_external;
  MQL_STRUCT(MqlTradeResult)
};

struct MqlTradeCheckResult {
  uint retcode;
  double balance, equity, profit, margin, margin_free, margin_level;
  string comment;
  MQL_STRUCT(MqlTradeCheckResult)
};

struct MqlTradeTransaction {
  ulong deal;
  ulong order;
  string symbol;
  ENUM_TRADE_TRANSACTION_TYPE type;
  ENUM_ORDER_TYPE order_type;
  ENUM_ORDER_STATE order_state;
  ENUM_DEAL_TYPE deal_type;
  ENUM_ORDER_TYPE_TIME time_type;
  datetime time_expiration;
  double price, price_trigger, price_sl, price_tp, volume;
  ulong position;
  ulong position_by;
  MQL_STRUCT(MqlTradeTransaction)
};

}  // namespace mql
