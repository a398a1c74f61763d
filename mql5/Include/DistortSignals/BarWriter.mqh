//+------------------------------------------------------------------+
//| BarWriter: one bar, as contracts/schemas/bar has it.             |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BARWRITER_MQH
#define DISTORTSIGNALS_BARWRITER_MQH

#include "JsonWriter.mqh"
#include "Numbers.mqh"
#include "Times.mqh"

#define SPREAD_POINTS_MOST 1000000
// Decimals of the contract have at most twelve digits before the point.
#define BAR_PRICE_MOST     999999999999.0

class BarWriter
  {
public:
   // Whether the bar can be one at all: for a single one that cannot the server refuses a whole batch.
   static bool       IsSound(const MqlRates &bar, const int digits);
   // `openedMs`: when it opened, in UTC; `digits`: of the symbol's prices.
   static void       Write(JsonWriter &writer, const string symbol, const string timeframe, const long openedMs,
                           const MqlRates &bar, const int digits);
   static bool       IsSame(const MqlRates &left, const MqlRates &right);
  };

bool BarWriter::IsSound(const MqlRates &bar, const int digits)
  {
   bool inside = (bar.high >= MathMax(bar.open, bar.close) && bar.low <= MathMin(bar.open, bar.close) && bar.low <= bar.high);
   return(inside && NormalizeDouble(bar.low, digits) > 0.0 && bar.high <= BAR_PRICE_MOST && bar.tick_volume >= 0
          && (long)bar.time % 60 == 0);
  }

void BarWriter::Write(JsonWriter &writer, const string symbol, const string timeframe, const long openedMs,
                      const MqlRates &bar, const int digits)
  {
   writer.BeginObject();
   writer.TextField("symbol", symbol);
   writer.TextField("timeframe", timeframe);
   writer.TextField("opened_at", Times::Text(openedMs));
   writer.TextField("open", Numbers::Decimal(bar.open, digits));
   writer.TextField("high", Numbers::Decimal(bar.high, digits));
   writer.TextField("low", Numbers::Decimal(bar.low, digits));
   writer.TextField("close", Numbers::Decimal(bar.close, digits));
   writer.IntegerField("tick_volume", bar.tick_volume);
   writer.IntegerField("spread_points", MathMax(0, MathMin(bar.spread, SPREAD_POINTS_MOST)));
   writer.EndObject();
  }

bool BarWriter::IsSame(const MqlRates &left, const MqlRates &right)
  {
   return(left.time == right.time && left.open == right.open && left.high == right.high && left.low == right.low
          && left.close == right.close && left.tick_volume == right.tick_volume && left.spread == right.spread);
  }

#endif
