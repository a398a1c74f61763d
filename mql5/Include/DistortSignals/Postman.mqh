//+------------------------------------------------------------------+
//| Postman: carries events to the server until each is confirmed.   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_POSTMAN_MQH
#define DISTORTSIGNALS_POSTMAN_MQH

#include "Book.mqh"
#include "ProtocolClient.mqh"

#define REPORT_BATCH_MOST  50
// An event that the server refuses stands aside for this long: it is kept, and blocks no other.
#define REFUSED_AGAIN_MS   600000

class Postman
  {
private:
   Book             *m_book;
   ProtocolClient   *m_client;
   Log              *m_log;
   int               m_batch;
   bool              m_delivered;

public:
                     Postman(Book *book, ProtocolClient *client, Log *log);
   bool              HasMail(void) const;
   // Sends one batch, oldest first.
   void              Deliver(void);
   // Whether anything was confirmed since the last call of this.
   bool              TakeDelivered(void);

private:
   int               Collect(ExecutionEvent &events[]) const;
   void              Confirm(const ReportAnswer &answer);
   void              ConfirmOne(const ReportResult &result);
   void              SetAside(const ExecutionEvent &events[], const int count);
  };

Postman::Postman(Book *book, ProtocolClient *client, Log *log)
  {
   m_book = book;
   m_client = client;
   m_log = log;
   m_batch = REPORT_BATCH_MOST;
   m_delivered = false;
  }

bool Postman::HasMail(void) const
  {
   ulong now = GetTickCount64();
   for(int i = 0; i < m_book.PendingCount(); i++)
      if(m_book.PendingReady(i, now))
         return(true);
   return(false);
  }

void Postman::Deliver(void)
  {
   ExecutionEvent events[];
   int count = Collect(events);
   if(count == 0)
      return;
   ReportAnswer answer;
   EOutcome outcome = m_client.Report(events, count, answer);
   if(outcome == OUTCOME_OK)
     {
      Confirm(answer);
      m_batch = REPORT_BATCH_MOST;
     }
   if(outcome == OUTCOME_REFUSED)
      SetAside(events, count);
  }

bool Postman::TakeDelivered(void)
  {
   bool delivered = m_delivered;
   m_delivered = false;
   return(delivered);
  }

int Postman::Collect(ExecutionEvent &events[]) const
  {
   ulong now = GetTickCount64();
   int count = 0;
   for(int i = 0; i < m_book.PendingCount() && count < m_batch; i++)
     {
      if(!m_book.PendingReady(i, now))
         continue;
      ArrayResize(events, count + 1, REPORT_BATCH_MOST);
      m_book.PendingAt(i, events[count]);
      count++;
     }
   return(count);
  }

void Postman::Confirm(const ReportAnswer &answer)
  {
   for(int i = 0; i < ArraySize(answer.results); i++)
      ConfirmOne(answer.results[i]);
  }

void Postman::ConfirmOne(const ReportResult &result)
  {
   long directiveNo = -1;
   for(int i = 0; i < m_book.PendingCount(); i++)
     {
      ExecutionEvent event;
      m_book.PendingAt(i, event);
      if(event.eventId == result.eventId)
         directiveNo = m_book.PendingNoAt(i);
     }
   if(directiveNo < 0)
      return;
   // Whatever the outcome, the server has kept the event: a conflict or an unmatched report is kept and flagged.
   if(!m_book.Commit(Records::Confirmed(directiveNo, result.eventId, result.outcome, result.directiveStatus)))
      return;
   m_delivered = true;
   if(result.outcome == "conflict" || result.outcome == "unmatched" || StringLen(result.anomalies) > 0)
      m_log.Warn("DS " + IntegerToString(directiveNo) + ": the server took the report as " + result.outcome + " "
                 + result.anomalies);
  }

void Postman::SetAside(const ExecutionEvent &events[], const int count)
  {
   // Which of them it is about is found by sending them one by one.
   if(count > 1)
     {
      m_batch = 1;
      return;
     }
   m_book.PendingDelay(events[0].eventId, GetTickCount64() + REFUSED_AGAIN_MS);
   m_log.Warn("The server refuses the report " + events[0].eventId + " (" + events[0].kind + "): " + m_client.Trouble()
              + " It is kept and sent again.");
  }

#endif
