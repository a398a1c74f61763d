//+------------------------------------------------------------------+
//| Intake: asks the server for directives and commits to them.      |
//| Journaled before acknowledged, acknowledged before executed.     |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_INTAKE_MQH
#define DISTORTSIGNALS_INTAKE_MQH

#include "Book.mqh"
#include "Executor.mqh"
#include "ProtocolClient.mqh"

// As many as are surely sent before their grants are stale.
#define ACK_BATCH_MOST      4
#define POLL_LEAST_MS       100
#define POLL_MOST_MS        60000
#define UNRESOLVED_MOST     500
// Another instance's directive is asked for when that one has had time to finish it.
#define TAKEOVER_FIRST_MS   60000
#define TAKEOVER_AGAIN_MS   30000

class Intake
  {
private:
   Book             *m_book;
   ProtocolClient   *m_client;
   Executor         *m_executor;
   Log              *m_log;
   int               m_maxDirectives;
   int               m_pollMs;
   ulong             m_nextPoll;
   bool              m_polled;
   bool              m_halted;
   ulong             m_lastPoll;
   string            m_foreign[];     // held by another instance, without a result
   ulong             m_foreignDue[];
   int               m_foreignCount;

public:
                     Intake(Book *book, ProtocolClient *client, Executor *executor, Log *log);
   void              Configure(const int maxDirectives, const int pollSeconds);
   bool              IsPollDue(void) const;
   void              Poll(void);
   // Whether a poll has succeeded since the start: before that, nothing is known about halts.
   bool              HasPolled(void) const;
   bool              IsHalted(void) const;
   ulong             LastPollTick(void) const;
   bool              IsAckDue(void);
   void              Acknowledge(void);
   // Whether `left` is more urgent: closes first, then by priority.
   bool              GoesBefore(Assignment *left, Assignment *right) const;
   int               ForeignCount(void) const;

private:
   void              ListUnresolved(string &ids[], int &count);
   void              TakeIn(PollAnswer &answer);
   void              TakeSettled(const SettledItem &settled);
   void              TakeUnresolved(PollAnswer &answer);
   void              TakeDirective(const Directive &directive);
   void              ListCandidates(string &ids[], int &count);
   bool              IsCandidate(Assignment *item) const;
   void              TakeResult(const AckResult &result, const ulong askedTick);
   void              TakeGrant(const AckResult &result, Assignment *item, const ulong askedTick);
   int               FindForeign(const string directiveId) const;
  };

Intake::Intake(Book *book, ProtocolClient *client, Executor *executor, Log *log)
  {
   m_book = book;
   m_client = client;
   m_executor = executor;
   m_log = log;
   m_maxDirectives = 10;
   m_pollMs = 5000;
   m_nextPoll = 0;
   m_polled = false;
   m_halted = true;
   m_lastPoll = 0;
   m_foreignCount = 0;
  }

void Intake::Configure(const int maxDirectives, const int pollSeconds)
  {
   m_maxDirectives = maxDirectives;
   m_pollMs = pollSeconds * 1000;
  }

bool Intake::IsPollDue(void) const
  {
   return(GetTickCount64() >= m_nextPoll && m_client.IsReady(CALL_POLL));
  }

bool Intake::HasPolled(void) const
  {
   return(m_polled);
  }

bool Intake::IsHalted(void) const
  {
   return(m_halted);
  }

ulong Intake::LastPollTick(void) const
  {
   return(m_lastPoll);
  }

int Intake::ForeignCount(void) const
  {
   return(m_foreignCount);
  }

void Intake::Poll(void)
  {
   string ids[];
   int count = 0;
   ListUnresolved(ids, count);
   int wanted = m_maxDirectives - m_book.CountUnsent();
   // One at least: a close must get through even while opens pile up.
   if(wanted < 1)
      wanted = 1;
   PollAnswer answer;
   EOutcome outcome = m_client.Poll(wanted, ids, count, answer);
   ulong now = GetTickCount64();
   m_nextPoll = now + (ulong)m_pollMs;
   if(outcome != OUTCOME_OK)
      return;
   long after = answer.pollAfterMs;
   if(after < POLL_LEAST_MS)
      after = POLL_LEAST_MS;
   if(after > POLL_MOST_MS)
      after = POLL_MOST_MS;
   m_nextPoll = now + (ulong)after;
   m_lastPoll = now;
   m_polled = true;
   m_halted = answer.halted;
   TakeIn(answer);
  }

void Intake::ListUnresolved(string &ids[], int &count)
  {
   count = 0;
   for(int i = 0; i < m_book.Count() && count < UNRESOLVED_MOST; i++)
     {
      Assignment *item = m_book.At(i);
      bool open = (Phases::IsUnsent(item.phase) || Phases::IsSought(item.phase)
                   || (item.phase == PHASE_OVER && item.serverStatus == "acknowledged"));
      if(!open)
         continue;
      ArrayResize(ids, count + 1, 64);
      ids[count] = item.directive.directiveId;
      count++;
     }
  }

void Intake::TakeIn(PollAnswer &answer)
  {
   for(int i = 0; i < ArraySize(answer.settled); i++)
      TakeSettled(answer.settled[i]);
   TakeUnresolved(answer);
   for(int i = 0; i < ArraySize(answer.directives); i++)
      TakeDirective(answer.directives[i]);
  }

void Intake::TakeSettled(const SettledItem &settled)
  {
   Assignment *item = m_book.FindById(settled.directiveId);
   if(item == NULL || settled.status == "pending" || settled.status == "acknowledged")
      return;
   string status = (StringLen(settled.status) > 0) ? settled.status : "unknown";
   item.settledElsewhere = status;
   if(!Phases::IsUnsent(item.phase))
      return;
   m_log.Note(item.Title() + ": dropped unsent, the server has it as " + status);
   m_book.Commit(Records::Forgotten(item.directive.directiveNo, "settled_" + status));
  }

// The recovery list. What is on it and not in the journal: nobody here knows what was sent for it.
void Intake::TakeUnresolved(PollAnswer &answer)
  {
   string held[];
   ulong due[];
   int count = 0;
   for(int i = 0; i < ArraySize(answer.unresolved); i++)
     {
      Directive directive = answer.unresolved[i].directive;
      if(m_book.FindById(directive.directiveId) != NULL)
         continue;
      if(!answer.unresolved[i].takeover)
        {
         if(m_book.Commit(Records::Adopted(directive, false)))
            m_log.Warn("DS " + IntegerToString(directive.directiveNo)
                       + ": acknowledged earlier, but not in the journal. Its outcome is looked for at the broker.");
         continue;
        }
      int known = FindForeign(directive.directiveId);
      ArrayResize(held, count + 1, 64);
      ArrayResize(due, count + 1, 64);
      held[count] = directive.directiveId;
      due[count] = (known >= 0) ? m_foreignDue[known] : GetTickCount64() + TAKEOVER_FIRST_MS;
      count++;
     }
   ArrayResize(m_foreign, count);
   ArrayResize(m_foreignDue, count);
   for(int i = 0; i < count; i++)
     {
      m_foreign[i] = held[i];
      m_foreignDue[i] = due[i];
     }
   m_foreignCount = count;
  }

void Intake::TakeDirective(const Directive &directive)
  {
   if(m_book.Find(directive.directiveNo) != NULL)
      return;
   if(m_book.Commit(Records::Received(directive)))
      m_log.Note("DS " + IntegerToString(directive.directiveNo) + ": received, "
                 + DirectiveCodec::ActionName(directive.action) + " " + directive.symbol);
  }

#include "IntakeAck.mqh"

#endif
