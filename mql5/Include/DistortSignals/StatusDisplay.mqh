//+------------------------------------------------------------------+
//| StatusDisplay: what the chart shows.                             |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_STATUSDISPLAY_MQH
#define DISTORTSIGNALS_STATUSDISPLAY_MQH

#include "Book.mqh"
#include "Intake.mqh"
#include "Synchronizer.mqh"

#define SHOW_EVERY_MS   1000
#define SHOW_LINES_MOST 8
// The terminal cuts a chart comment at about two thousand characters.
#define SHOW_MOST       1900

class StatusDisplay
  {
private:
   Book             *m_book;
   ProtocolClient   *m_client;
   Intake           *m_intake;
   Executor         *m_executor;
   Reconciler       *m_reconciler;
   Synchronizer     *m_synchronizer;
   BarFeed          *m_bars;
   Log              *m_log;
   string            m_title;
   string            m_shown;
   ulong             m_next;

public:
                     StatusDisplay(Book *book, ProtocolClient *client, Intake *intake, Executor *executor,
                                   Reconciler *reconciler, Synchronizer *synchronizer, BarFeed *bars, Log *log);
   void              SetTitle(const string title);
   // Shows the state of things, once a second at most. `stopped`: why nothing is done at all, or "".
   void              Refresh(const string stopped);
   static void       ShowOnly(const string sentence);
   void              Erase(void);

private:
   string            StateLine(const string stopped) const;
   string            ServerLine(void) const;
   string            WorkLines(void);
   string            WorkLine(Assignment *item) const;
   string            Seconds(const ulong since) const;
  };

StatusDisplay::StatusDisplay(Book *book, ProtocolClient *client, Intake *intake, Executor *executor,
                             Reconciler *reconciler, Synchronizer *synchronizer, BarFeed *bars, Log *log)
  {
   m_book = book;
   m_client = client;
   m_intake = intake;
   m_executor = executor;
   m_reconciler = reconciler;
   m_synchronizer = synchronizer;
   m_bars = bars;
   m_log = log;
   m_title = "DistortSignals officer " + OFFICER_VERSION;
   m_shown = "";
   m_next = 0;
  }

void StatusDisplay::SetTitle(const string title)
  {
   m_title = title;
  }

void StatusDisplay::Refresh(const string stopped)
  {
   ulong now = GetTickCount64();
   if(now < m_next)
      return;
   m_next = now + SHOW_EVERY_MS;
   string text = m_title + "\n" + StateLine(stopped) + "\n" + ServerLine() + "\n";
   text += "Broker: " + (m_reconciler.IsReady() ? "connected, history loaded" : "waiting for connection and history") + "\n";
   text += WorkLines() + m_bars.Line();
   if(m_synchronizer.DiscrepancyCount() > 0)
      text += "Ledger and broker disagree on " + IntegerToString(m_synchronizer.DiscrepancyCount()) + " position(s):\n"
              + m_synchronizer.Discrepancies();
   text += "Last: " + m_log.Last();
   if(StringLen(text) > SHOW_MOST)
      text = StringSubstr(text, 0, SHOW_MOST);
   if(text == m_shown)
      return;
   m_shown = text;
   Comment(text);
  }

void StatusDisplay::ShowOnly(const string sentence)
  {
   Comment("DistortSignals officer " + OFFICER_VERSION + "\nSTOPPED: " + sentence);
  }

void StatusDisplay::Erase(void)
  {
   Comment("");
  }

string StatusDisplay::StateLine(const string stopped) const
  {
   if(StringLen(stopped) > 0)
      return("STOPPED: " + stopped);
   if(!m_book.IsHealthy())
      return("STOPPED: " + m_book.Error());
   if(StringLen(m_client.Denied()) > 0)
      return("STOPPED: " + m_client.Denied());
   string obstacle = m_executor.Obstacle();
   if(StringLen(obstacle) > 0)
      return("NOT TRADING: " + obstacle);
   if(!m_intake.HasPolled())
      return("STARTING: waiting for the server");
   if(m_intake.IsHalted())
      return("HALTED by the ledger: closes are executed, opens are not");
   return("TRADING");
  }

string StatusDisplay::ServerLine(void) const
  {
   string line = "Server: ";
   line += m_intake.HasPolled() ? "last poll " + Seconds(m_intake.LastPollTick()) + " ago" : "no poll yet";
   if(StringLen(m_client.Trouble()) > 0)
      line += "; " + m_client.Trouble();
   return(line);
  }

string StatusDisplay::WorkLines(void)
  {
   int unsent = 0, sought = 0, live = 0;
   string lines = "";
   int shown = 0;
   for(int i = 0; i < m_book.Count(); i++)
     {
      Assignment *item = m_book.At(i);
      if(Phases::IsUnsent(item.phase))
         unsent++;
      if(Phases::IsSought(item.phase))
         sought++;
      if(item.phase == PHASE_LIVE)
         live++;
      if(item.phase == PHASE_LIVE || item.phase == PHASE_OVER || shown >= SHOW_LINES_MOST)
         continue;
      lines += WorkLine(item);
      shown++;
     }
   return("Directives: " + IntegerToString(unsent) + " to do, " + IntegerToString(sought) + " without outcome, "
          + IntegerToString(live) + " at the broker, " + IntegerToString(m_intake.ForeignCount()) + " with another terminal\n"
          + "Reports not confirmed: " + IntegerToString(m_book.PendingCount()) + "\n" + lines);
  }

string StatusDisplay::WorkLine(Assignment *item) const
  {
   string line = "  " + item.Title() + ": " + Phases::Name(item.phase);
   if(Phases::IsSought(item.phase) && item.absentMs > 0)
      line += ", not seen for " + IntegerToString((long)(item.absentMs / 1000)) + " s";
   if(Phases::IsUnsent(item.phase) && StringLen(item.waitingFor) > 0)
      line += ", waiting: " + item.waitingFor;
   return(line + "\n");
  }

string StatusDisplay::Seconds(const ulong since) const
  {
   return(IntegerToString((long)((GetTickCount64() - since) / 1000)) + " s");
  }

#endif
