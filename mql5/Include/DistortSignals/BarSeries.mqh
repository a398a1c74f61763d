//+------------------------------------------------------------------+
//| BarSeries: one symbol's bars of one length: what the terminal    |
//| has, and what of it the ledger has confirmed since the start.    |
//| Nothing of it is on the disk: sending a bar again is harmless.   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BARSERIES_MQH
#define DISTORTSIGNALS_BARSERIES_MQH

#include "Answers.mqh"
#include "BarWriter.mqh"
#include "Clock.mqh"
#include "ServerTimes.mqh"

// Also the most that is ever wanted.
#define BARS_READ_MOST   5000
#define BARS_BATCH_MOST  500
// A new bar is seen at once; so often it is also looked whether an old one has come or changed.
#define LOOK_BACK_MS     30000
// While the history is loading, while the ledger's clock is behind the broker's, and after a refusal.
#define LOOK_LOADING_MS  10000
#define LOOK_CLOSING_MS  1000
#define LOOK_REFUSED_MS  600000

class BarSeries
  {
private:
   Clock            *m_clock;
   ServerTimes      *m_times;
   WantedBarsItem    m_wanted;
   string            m_brokerSymbol;
   ENUM_TIMEFRAMES   m_period;
   datetime          m_forming;       // the open bar at the last look
   MqlRates          m_confirmed[];   // oldest first
   MqlRates          m_batch[];       // to be sent next, oldest first
   int               m_behind;        // bars the ledger lacks, as far as was looked
   ulong             m_nextLook;
   string            m_obstacle;      // why there is nothing to send, "" if there is no such reason

public:
                     BarSeries(Clock *clock, ServerTimes *times, const WantedBarsItem &wanted, const string brokerSymbol);
   bool              Is(const WantedBarsItem &wanted) const;
   string            Title(void) const;
   // What the ledger wants of it now.
   void              Want(const WantedBarsItem &wanted);
   // Finds out what the ledger lacks, if it is time to. True if there is a batch to send.
   bool              Look(void);
   int               Behind(void) const;
   string            Obstacle(void) const;
   void              Write(JsonWriter &writer) const;
   // The ledger has the batch.
   void              Confirm(void);
   // The ledger does not take the batch: it is made again after a while.
   void              Refuse(void);

private:
   bool              IsLookDue(void) const;
   datetime          LastBar(void) const;
   string            FindObstacle(void) const;
   int               Read(MqlRates &bars[]) const;
   void              Collect(const MqlRates &bars[], const int count);
   bool              IsClosed(const MqlRates &bar) const;
   int               PriceDigits(void) const;
   static void       Append(MqlRates &bars[], const MqlRates &bar);
   static ENUM_TIMEFRAMES PeriodOf(const string timeframe);
  };

BarSeries::BarSeries(Clock *clock, ServerTimes *times, const WantedBarsItem &wanted, const string brokerSymbol)
  {
   m_clock = clock;
   m_times = times;
   m_wanted = wanted;
   m_brokerSymbol = brokerSymbol;
   m_period = PeriodOf(wanted.timeframe);
   m_forming = 0;
   m_behind = 0;
   m_nextLook = 0;
   m_obstacle = "";
  }

bool BarSeries::Is(const WantedBarsItem &wanted) const
  {
   return(m_wanted.symbol == wanted.symbol && m_wanted.timeframe == wanted.timeframe);
  }

string BarSeries::Title(void) const
  {
   return(m_wanted.symbol + " " + m_wanted.timeframe);
  }

void BarSeries::Want(const WantedBarsItem &wanted)
  {
   m_wanted = wanted;
  }

int BarSeries::Behind(void) const
  {
   return(m_behind);
  }

string BarSeries::Obstacle(void) const
  {
   return(m_obstacle);
  }

bool BarSeries::Look(void)
  {
   if(IsLookDue())
     {
      ArrayResize(m_batch, 0);
      m_behind = 0;
      m_obstacle = FindObstacle();
      // Asked before the bars are read: one that opens in between is seen at the next step.
      m_forming = LastBar();
      MqlRates bars[];
      int count = (StringLen(m_obstacle) > 0) ? 0 : Read(bars);
      m_nextLook = GetTickCount64() + (count > 0 ? LOOK_BACK_MS : LOOK_LOADING_MS);
      Collect(bars, count);
     }
   return(ArraySize(m_batch) > 0);
  }

void BarSeries::Write(JsonWriter &writer) const
  {
   int digits = PriceDigits();
   for(int i = 0; i < ArraySize(m_batch); i++)
      BarWriter::Write(writer, m_wanted.symbol, m_wanted.timeframe, m_times.ToUtc((long)m_batch[i].time) * 1000, m_batch[i], digits);
  }

void BarSeries::Confirm(void)
  {
   MqlRates merged[];
   int old = 0;
   for(int i = 0; i < ArraySize(m_batch); i++)
     {
      for(; old < ArraySize(m_confirmed) && m_confirmed[old].time <= m_batch[i].time; old++)
         if(m_confirmed[old].time < m_batch[i].time)
            Append(merged, m_confirmed[old]);
      Append(merged, m_batch[i]);
      m_wanted.newestMs = MathMax(m_wanted.newestMs, m_times.ToUtc((long)m_batch[i].time) * 1000);
     }
   for(; old < ArraySize(m_confirmed); old++)
      Append(merged, m_confirmed[old]);
   // No more than are ever read to be compared with.
   if(ArraySize(merged) > BARS_READ_MOST)
      ArrayRemove(merged, 0, (uint)(ArraySize(merged) - BARS_READ_MOST));
   ArrayResize(m_confirmed, ArraySize(merged));
   ArrayCopy(m_confirmed, merged);
   ArrayResize(m_batch, 0);
   m_nextLook = 0;
  }

void BarSeries::Refuse(void)
  {
   ArrayResize(m_batch, 0);
   m_obstacle = "the server refuses them";
   m_nextLook = GetTickCount64() + LOOK_REFUSED_MS;
  }

bool BarSeries::IsLookDue(void) const
  {
   return(GetTickCount64() >= m_nextLook || (StringLen(m_obstacle) == 0 && LastBar() != m_forming));
  }

datetime BarSeries::LastBar(void) const
  {
   return((datetime)SeriesInfoInteger(m_brokerSymbol, m_period, SERIES_LASTBAR_DATE));
  }

string BarSeries::FindObstacle(void) const
  {
   // Only what is in the Market Watch has a history that the terminal keeps up.
   if(!SymbolSelect(m_brokerSymbol, true))
      return("this broker has no " + m_brokerSymbol);
   if(SeriesInfoInteger(m_brokerSymbol, m_period, SERIES_SYNCHRONIZED) != 0)
      return("");
   // Asking is what makes the terminal fetch it. Without a connection that would only take time.
   MqlRates asked[];
   if(TerminalInfoInteger(TERMINAL_CONNECTED) != 0)
      CopyRates(m_brokerSymbol, m_period, 1, 1, asked);
   return("the terminal is still loading its history");
  }

// The bars that are wanted or newer than what the ledger has, oldest first. Position 0 is the bar that is still open.
int BarSeries::Read(MqlRates &bars[]) const
  {
   int last = m_wanted.count;
   if(m_wanted.newestMs > 0)
      last = MathMax(last, Bars(m_brokerSymbol, m_period, (datetime)(m_times.ToBroker(m_wanted.newestMs / 1000) + 1), m_forming));
   // Further back than the terminal keeps bars it answers nothing at all.
   last = MathMin(last, TerminalInfoInteger(TERMINAL_MAXBARS) - 1);
   int first = MathMax(1, last - BARS_READ_MOST + 1);
   return(CopyRates(m_brokerSymbol, m_period, first, last - first + 1, bars));
  }

// Of bars that were read, those that the ledger has not confirmed with these numbers.
void BarSeries::Collect(const MqlRates &bars[], const int count)
  {
   int known = 0;
   int digits = PriceDigits();
   for(int i = 0; i < count; i++)
     {
      while(known < ArraySize(m_confirmed) && m_confirmed[known].time < bars[i].time)
         known++;
      bool confirmed = (known < ArraySize(m_confirmed) && BarWriter::IsSame(m_confirmed[known], bars[i]));
      if(confirmed || !BarWriter::IsSound(bars[i], digits))
         continue;
      if(!IsClosed(bars[i]))
        {
         m_nextLook = GetTickCount64() + LOOK_CLOSING_MS;
         continue;
        }
      m_behind++;
      if(ArraySize(m_batch) < BARS_BATCH_MOST)
         Append(m_batch, bars[i]);
     }
  }

// By the ledger's clock too: it would refuse the whole batch, and a day on which clocks change has not 24 hours.
bool BarSeries::IsClosed(const MqlRates &bar) const
  {
   return((m_times.ToUtc((long)bar.time) + PeriodSeconds(m_period)) * 1000 <= m_clock.NowMs());
  }

int BarSeries::PriceDigits(void) const
  {
   return((int)SymbolInfoInteger(m_brokerSymbol, SYMBOL_DIGITS));
  }

void BarSeries::Append(MqlRates &bars[], const MqlRates &bar)
  {
   int count = ArraySize(bars);
   ArrayResize(bars, count + 1, BARS_BATCH_MOST);
   bars[count] = bar;
  }

// PERIOD_CURRENT, which no one wants, for a name that is none of the contract's.
ENUM_TIMEFRAMES BarSeries::PeriodOf(const string timeframe)
  {
   ENUM_TIMEFRAMES periods[7] = {PERIOD_M1, PERIOD_M5, PERIOD_M15, PERIOD_M30, PERIOD_H1, PERIOD_H4, PERIOD_D1};
   for(int i = 0; i < 7; i++)
      if(EnumToString(periods[i]) == "PERIOD_" + timeframe)
         return(periods[i]);
   return(PERIOD_CURRENT);
  }

#endif
