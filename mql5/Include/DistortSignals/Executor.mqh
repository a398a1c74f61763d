//+------------------------------------------------------------------+
//| Executor: the only place that calls OrderSend.                   |
//| SENDING is journaled before, the result after; what lies between |
//| them without a result is never sent again.                       |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_EXECUTOR_MQH
#define DISTORTSIGNALS_EXECUTOR_MQH

#include "OrderPlanner.mqh"
#include "Reconciler.mqh"
#include "ReturnCodes.mqh"

// A grant older than this is asked for again: another terminal may have taken the directive over meanwhile.
#define GRANT_FRESH_MS      10000
// An open whose price keeps running away is given up; a close goes on, as positions must be closable.
#define REPRICE_OPENS_MOST  5

class Executor
  {
private:
   Book             *m_book;
   Clock            *m_clock;
   EventMaker       *m_maker;
   Reconciler       *m_reconciler;
   OrderPlanner     *m_planner;
   Log              *m_log;

public:
                     Executor(Book *book, Clock *clock, EventMaker *maker, Reconciler *reconciler, OrderPlanner *planner, Log *log);
   // "" if terminal, program, account and broker allow trading now; else a sentence.
   string            Obstacle(void) const;
   bool              IsGrantFresh(Assignment *item) const;
   // Takes one granted directive one step further: sends it, waits, or gives it up with a report.
   void              Execute(Assignment *item, const bool halted);

private:
   void              Send(Assignment *item);
   void              Transmit(Assignment *item, MqlTradeRequest &request);
   void              Conclude(Assignment *item, const MqlTradeRequest &request, const MqlTradeResult &result);
   void              Retry(Assignment *item, const MqlTradeResult &result, const EAnswer answer);
   void              Refuse(Assignment *item, const MqlTradeResult &result);
   void              GiveUp(Assignment *item, const string kind, const string code, const string message);
   void              Wait(Assignment *item, const string why, const int milliseconds);
   bool              IsTargetSettling(Assignment *item);
  };

Executor::Executor(Book *book, Clock *clock, EventMaker *maker, Reconciler *reconciler, OrderPlanner *planner, Log *log)
  {
   m_book = book;
   m_clock = clock;
   m_maker = maker;
   m_reconciler = reconciler;
   m_planner = planner;
   m_log = log;
  }

string Executor::Obstacle(void) const
  {
   if(TerminalInfoInteger(TERMINAL_CONNECTED) == 0)
      return("The terminal is not connected to the broker.");
   if(TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) == 0)
      return("Algo Trading is switched off in the terminal's toolbar.");
   if(MQLInfoInteger(MQL_TRADE_ALLOWED) == 0)
      return("Algo trading is not allowed in the properties of this expert (tab Common).");
   if(AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) == 0)
      return("The broker does not allow trading on this account (investor password?).");
   if(AccountInfoInteger(ACCOUNT_TRADE_EXPERT) == 0)
      return("The broker does not allow experts to trade on this account.");
   return("");
  }

bool Executor::IsGrantFresh(Assignment *item) const
  {
   return(item.grantHeld && GetTickCount64() - item.grantTick <= GRANT_FRESH_MS);
  }

void Executor::Execute(Assignment *item, const bool halted)
  {
   if(item.phase != PHASE_GRANTED || !IsGrantFresh(item))
      return;
   item.waitingFor = "";
   if(m_clock.HasPassed(item.directive.expiresAt))
     {
      GiveUp(item, "order_cancelled", "directive_expired", "It expired before it could be sent.");
      return;
     }
   if(halted && item.IsOpen())
     {
      GiveUp(item, "order_cancelled", "trading_halted", "Trading is halted.");
      return;
     }
   string obstacle = Obstacle();
   if(StringLen(obstacle) > 0)
     {
      Wait(item, obstacle, 2000);
      return;
     }
   bool certain = false;
   if(m_reconciler.HasTrace(item, certain))
     {
      // The journal was lost, or another terminal sent it: it must not be sent again.
      m_book.Commit(Records::Moved(item.directive.directiveNo, PHASE_UNKNOWN));
      m_log.Warn(item.Title() + ": the broker has it already; not sent again.");
      m_reconciler.Hurry();
      return;
     }
   if(!certain)
      Wait(item, "The history of the account is not loaded yet.", 500);
   else
      if(IsTargetSettling(item))
         Wait(item, "The outcome of another order for this position is not known yet.", 500);
      else
         Send(item);
  }

void Executor::Send(Assignment *item)
  {
   MqlTradeRequest request;
   switch(m_planner.Plan(item, request))
     {
      case VERDICT_WAIT:
         Wait(item, m_planner.Code(), 2000);
         return;
      case VERDICT_REJECT:
         GiveUp(item, "order_rejected", m_planner.Code(), "Refused by the officer before sending.");
         return;
      case VERDICT_CANCEL:
         GiveUp(item, "order_cancelled", m_planner.Code(), "There is nothing left to do.");
         return;
      default:
         break;
     }
   Transmit(item, request);
  }

void Executor::Transmit(Assignment *item, MqlTradeRequest &request)
  {
   string order = OrderPlanner::Describe(request);
   if(!m_book.Commit(Records::Sending(item.directive.directiveNo, item.attempts + 1, order)))
     {
      // What is not safely journaled is not sent.
      Wait(item, "The journal cannot be written.", 2000);
      return;
     }
   m_log.Note(item.Title() + ": sending " + order);
   MqlTradeResult result;
   ZeroMemory(result);
   // True only means that the request was accepted for processing: the code decides.
   bool accepted = OrderSend(request, result);
   m_log.Note(item.Title() + ": " + (accepted ? "accepted" : "not accepted") + ", return code "
              + IntegerToString((long)result.retcode) + " " + result.comment);
   Conclude(item, request, result);
   m_reconciler.Hurry();
  }

void Executor::Conclude(Assignment *item, const MqlTradeRequest &request, const MqlTradeResult &result)
  {
   bool modifying = (request.action == TRADE_ACTION_SLTP);
   EAnswer answer = ReturnCodes::Classify(result.retcode, modifying);
   long directiveNo = item.directive.directiveNo;
   string comment = Utf8::Clean(result.comment, 100);
   if(answer == ANSWER_DONE && modifying)
     {
      ExecutionEvent event;
      m_maker.Judge(event, item, "position_modified", "", (long)result.retcode, comment);
      event.positionId = Numbers::Unsigned(m_reconciler.PositionOf(item));
      m_book.Commit(Records::ResultEvent(directiveNo, (long)result.retcode, comment, event));
      return;
     }
   if(answer == ANSWER_DONE || answer == ANSWER_AMBIGUOUS)
     {
      EPhase phase = (answer == ANSWER_DONE) ? PHASE_ACCEPTED : PHASE_UNKNOWN;
      m_book.Commit(Records::Result(directiveNo, phase, (long)result.retcode, item.fillingTries, comment,
                                    result.order, result.deal));
      if(answer == ANSWER_AMBIGUOUS)
         m_log.Warn(item.Title() + ": outcome unknown (return code " + IntegerToString((long)result.retcode)
                    + "); it is looked for and not sent again.");
      return;
     }
   bool exhausted = (answer == ANSWER_REPRICE && item.IsOpen() && item.attempts >= REPRICE_OPENS_MOST);
   if(answer == ANSWER_FINAL || exhausted)
      Refuse(item, result);
   else
      Retry(item, result, answer);
  }

// The broker said no for now: proven that nothing was executed.
void Executor::Retry(Assignment *item, const MqlTradeResult &result, const EAnswer answer)
  {
   int tries = item.fillingTries + (answer == ANSWER_REFILL ? 1 : 0);
   m_book.Commit(Records::Result(item.directive.directiveNo, PHASE_GRANTED, (long)result.retcode, tries,
                                 Utf8::Clean(result.comment, 100), 0, 0));
   int delay = 250;
   if(answer == ANSWER_REPRICE)
      delay = 250 * (item.attempts < 20 ? item.attempts : 20);
   if(answer == ANSWER_WAIT)
      delay = 2000 * (item.attempts < 15 ? item.attempts : 15);
   Wait(item, ReturnCodes::Code(result.retcode), delay);
  }

void Executor::Refuse(Assignment *item, const MqlTradeResult &result)
  {
   string comment = Utf8::Clean(result.comment, 100);
   ExecutionEvent event;
   m_maker.Judge(event, item, "order_rejected", ReturnCodes::Code(result.retcode), (long)result.retcode, comment);
   m_book.Commit(Records::ResultEvent(item.directive.directiveNo, (long)result.retcode, comment, event));
   m_log.Warn(item.Title() + ": rejected, " + ReturnCodes::Code(result.retcode) + " (return code "
              + IntegerToString((long)result.retcode) + ")");
  }

// Nothing was sent, or all that was sent was refused: the directive ends here.
void Executor::GiveUp(Assignment *item, const string kind, const string code, const string message)
  {
   ExecutionEvent event;
   m_maker.Judge(event, item, kind, code, item.retcode, message);
   if(m_book.Commit(Records::Happened(item.directive.directiveNo, PHASE_OVER, event)))
      m_log.Warn(item.Title() + ": " + kind + " (" + code + ")");
  }

void Executor::Wait(Assignment *item, const string why, const int milliseconds)
  {
   item.waitingFor = why;
   item.notBefore = GetTickCount64() + (ulong)milliseconds;
  }

// The position may have been opened a moment ago and not be listed yet, or another close of it may be on its way:
// two at once could close more than there is. After the grace time a close no longer waits for another one.
bool Executor::IsTargetSettling(Assignment *item)
  {
   if(item.IsOpen())
      return(false);
   for(int i = 0; i < m_book.Count(); i++)
     {
      Assignment *other = m_book.At(i);
      if(!Phases::IsSought(other.phase))
         continue;
      if(other.directive.directiveNo == item.directive.targetDirectiveNo)
         return(true);
      if(other.directive.targetDirectiveNo == item.directive.targetDirectiveNo && !other.unknownReported)
         return(true);
     }
   return(false);
  }

#endif
