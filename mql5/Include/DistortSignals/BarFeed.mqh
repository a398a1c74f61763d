//+------------------------------------------------------------------+
//| BarFeed: sends the ledger the closed bars that its strategies    |
//| read of this account. Whatever becomes of it, trading goes on.   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BARFEED_MQH
#define DISTORTSIGNALS_BARFEED_MQH

#include "BarSeries.mqh"
#include "Log.mqh"
#include "ProtocolClient.mqh"
#include "SymbolMap.mqh"

// Without a price for so long the terminal may still go by a clock that was changed meanwhile.
#define PRICE_FRESH_SECONDS 600

class BarFeed
  {
private:
   ProtocolClient   *m_client;
   Clock            *m_clock;
   SymbolMap        *m_symbols;
   Log              *m_log;
   ServerTimes       m_times;
   bool              m_learned;
   BarSeries        *m_series[];
   int               m_turn;          // the series that was served last
   long              m_stored;        // bars the ledger did not have
   string            m_obstacle;      // why none is sent at all, "" while they are

public:
                     BarFeed(ProtocolClient *client, Clock *clock, SymbolMap *symbols, Log *log);
                    ~BarFeed(void);
   // `daylightSaving`: none, us or eu.
   void              Configure(const string daylightSaving);
   // What the ledger wants from now on.
   void              TakeWanted(const SyncAnswer &answer);
   // Sends one batch at most. Only when nothing else is due: its request takes time.
   void              Step(void);
   // For the chart; "" while nothing is wanted.
   string            Line(void) const;

private:
   BarSeries        *TakeOut(const WantedBarsItem &wanted);
   void              DropAll(void);
   string            FindObstacle(void);
   void              Send(BarSeries *series);
  };

BarFeed::BarFeed(ProtocolClient *client, Clock *clock, SymbolMap *symbols, Log *log)
  {
   m_client = client;
   m_clock = clock;
   m_symbols = symbols;
   m_log = log;
   m_learned = false;
   m_turn = 0;
   m_stored = 0;
   m_obstacle = "";
  }

BarFeed::~BarFeed(void)
  {
   DropAll();
  }

void BarFeed::Configure(const string daylightSaving)
  {
   m_times.Configure(daylightSaving);
  }

void BarFeed::TakeWanted(const SyncAnswer &answer)
  {
   if(StringLen(answer.wantedUnread) > 0)
     {
      m_log.Warn("What the server says of wanted bars is not understood: " + answer.wantedUnread + ". Trading goes on.");
      return;
     }
   BarSeries *wanted[];
   int count = ArraySize(answer.wantedBars);
   ArrayResize(wanted, count);
   for(int i = 0; i < count; i++)
     {
      WantedBarsItem item = answer.wantedBars[i];
      wanted[i] = TakeOut(item);
      if(wanted[i] == NULL)
         wanted[i] = new BarSeries(m_clock, GetPointer(m_times), item, m_symbols.ToBroker(item.symbol));
      else
         wanted[i].Want(item);
     }
   DropAll();
   ArrayResize(m_series, count);
   for(int i = 0; i < count; i++)
      m_series[i] = wanted[i];
  }

void BarFeed::Step(void)
  {
   int count = ArraySize(m_series);
   if(count == 0 || !m_client.IsReady(CALL_BARS))
      return;
   string obstacle = FindObstacle();
   if(StringLen(obstacle) > 0 && obstacle != m_obstacle)
      m_log.Note("No bars are sent: " + obstacle + ".");
   m_obstacle = obstacle;
   for(int i = 1; i <= count && StringLen(obstacle) == 0; i++)
     {
      int turn = (m_turn + i) % count;
      if(!m_series[turn].Look())
         continue;
      m_turn = turn;
      Send(m_series[turn]);
      return;
     }
  }

string BarFeed::Line(void) const
  {
   int count = ArraySize(m_series);
   if(count == 0)
      return("");
   int behind = 0;
   string obstacles = (StringLen(m_obstacle) > 0) ? "; " + m_obstacle : "";
   for(int i = 0; i < count; i++)
     {
      behind += m_series[i].Behind();
      if(StringLen(m_series[i].Obstacle()) > 0)
         obstacles += "; " + m_series[i].Title() + ": " + m_series[i].Obstacle();
     }
   return("Bars: " + IntegerToString(count) + " series wanted, " + IntegerToString(m_stored) + " bars stored, " + IntegerToString(behind)
          + " to send" + obstacles + "\n");
  }

BarSeries *BarFeed::TakeOut(const WantedBarsItem &wanted)
  {
   for(int i = 0; i < ArraySize(m_series); i++)
     {
      if(m_series[i] == NULL || !m_series[i].Is(wanted))
         continue;
      BarSeries *found = m_series[i];
      m_series[i] = NULL;
      return(found);
     }
   return(NULL);
  }

void BarFeed::DropAll(void)
  {
   for(int i = 0; i < ArraySize(m_series); i++)
      if(m_series[i] != NULL)
         delete m_series[i];
   ArrayResize(m_series, 0);
  }

// With the wrong clock every bar would get the wrong moment, and the ledger keeps it for ever.
string BarFeed::FindObstacle(void)
  {
   long offset = 0;
   if(!m_clock.BrokerOffset(offset))
      return("the broker's clock is not known yet");
   if(!m_learned && MathAbs((long)TimeTradeServer() - (long)TimeCurrent()) > PRICE_FRESH_SECONDS)
      return("the broker's clock is taken from its next price");
   m_learned = true;
   if(!m_times.Learn(offset, m_clock.NowMs() / 1000))
      return("the broker's clock is not where InpServerDaylightSaving says; if that lasts longer than a weekend, correct the input");
   return("");
  }

void BarFeed::Send(BarSeries *series)
  {
   JsonWriter writer;
   writer.BeginObject();
   writer.Key("bars");
   writer.BeginArray();
   series.Write(writer);
   writer.EndArray();
   writer.EndObject();
   BarsAnswer answer;
   EOutcome outcome = m_client.StoreBars(writer.Text(), answer);
   if(outcome == OUTCOME_OK)
     {
      series.Confirm();
      m_stored += answer.recorded + answer.restated;
      if(answer.restated > 0)
         m_log.Note("The broker has corrected " + IntegerToString(answer.restated) + " bar(s) of " + series.Title() + ".");
     }
   if(outcome == OUTCOME_REFUSED)
     {
      series.Refuse();
      m_log.Warn("The server refuses the bars of " + series.Title() + ": " + m_client.Trouble() + " They are sent again later; trading goes on.");
     }
  }

#endif
