//+------------------------------------------------------------------+
//| Synchronizer: tells the server what the account looks like, and  |
//| the trader where the ledger remembers otherwise.                 |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_SYNCHRONIZER_MQH
#define DISTORTSIGNALS_SYNCHRONIZER_MQH

#include "AccountWriter.mqh"
#include "BarFeed.mqh"
#include "Foundlings.mqh"
#include "Book.mqh"
#include "ProtocolClient.mqh"

#define SYNC_EVERY_MS 60000

class Synchronizer
  {
private:
   Book             *m_book;
   Clock            *m_clock;
   AccountWriter    *m_writer;
   ProtocolClient   *m_client;
   Foundlings       *m_foundlings;
   BarFeed          *m_bars;
   Log              *m_log;
   ulong             m_nextSync;
   ulong             m_lastSync;
   string            m_discrepancies;
   int               m_discrepancyCount;

public:
                     Synchronizer(Book *book, Clock *clock, AccountWriter *writer, ProtocolClient *client,
                                  Foundlings *foundlings, BarFeed *bars, Log *log);
   bool              IsDue(void) const;
   // As soon as possible: the account has changed.
   void              Hurry(void);
   // Sends the account. Only with a loaded account: a position that is not listed counts as closed.
   void              Send(void);
   // What the last answer found, a line each; "" if all agrees.
   string            Discrepancies(void) const;
   int               DiscrepancyCount(void) const;
   ulong             LastTick(void) const;

private:
   void              Show(const SyncAnswer &answer);
  };

Synchronizer::Synchronizer(Book *book, Clock *clock, AccountWriter *writer, ProtocolClient *client,
                           Foundlings *foundlings, BarFeed *bars, Log *log)
  {
   m_book = book;
   m_clock = clock;
   m_writer = writer;
   m_client = client;
   m_foundlings = foundlings;
   m_bars = bars;
   m_log = log;
   m_nextSync = 0;
   m_lastSync = 0;
   m_discrepancies = "";
   m_discrepancyCount = 0;
  }

bool Synchronizer::IsDue(void) const
  {
   long offset = 0;
   return(GetTickCount64() >= m_nextSync && m_client.IsReady(CALL_SYNC) && m_clock.BrokerOffset(offset));
  }

void Synchronizer::Hurry(void)
  {
   m_nextSync = 0;
  }

void Synchronizer::Send(void)
  {
   long offset = 0;
   if(!m_clock.BrokerOffset(offset))
      return;
   SyncAnswer answer;
   JsonWriter writer;
   m_client.BeginBody(writer);
   m_writer.Write(writer, offset);
   writer.EndObject();
   if(m_client.Synchronize(writer.Text(), answer) != OUTCOME_OK)
      return;
   m_lastSync = GetTickCount64();
   m_nextSync = m_lastSync + SYNC_EVERY_MS;
   m_foundlings.TakeIn(answer);
   m_bars.TakeWanted(answer);
   Show(answer);
  }

string Synchronizer::Discrepancies(void) const
  {
   return(m_discrepancies);
  }

int Synchronizer::DiscrepancyCount(void) const
  {
   return(m_discrepancyCount);
  }

ulong Synchronizer::LastTick(void) const
  {
   return(m_lastSync);
  }

void Synchronizer::Show(const SyncAnswer &answer)
  {
   m_discrepancies = "";
   m_discrepancyCount = ArraySize(answer.discrepancies);
   for(int i = 0; i < m_discrepancyCount; i++)
     {
      DiscrepancyItem item = answer.discrepancies[i];
      string line = "DS " + IntegerToString(item.directiveNo) + " " + item.symbol + ": " + item.kind;
      if(StringLen(item.expectedLots) > 0)
         line += ", the ledger expects " + item.expectedLots + " lots";
      if(StringLen(item.actualLots) > 0)
         line += ", the broker has " + item.actualLots + " lots";
      Assignment *known = m_book.Find(item.directiveNo);
      if(known == NULL)
         line += " (this officer has no memory of it)";
      else
         known.followedVolume = -1.0;   // read its history again: there must be a deal that was not reported
      if(i < 5)
         m_discrepancies += "  " + line + "\n";
      m_log.Warn("Ledger and broker disagree: " + line);
     }
  }

#endif
