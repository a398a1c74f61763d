//+------------------------------------------------------------------+
//| Reconciler: looks at the broker for what became of directives,   |
//| above all those whose outcome nobody knows. It never sends.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_RECONCILER_MQH
#define DISTORTSIGNALS_RECONCILER_MQH

#include "InstrumentRules.mqh"
#include "Reporter.mqh"

#define LOOK_OFTEN_MS   500       // while an outcome is being looked for
#define LOOK_SELDOM_MS  5000      // while only positions are followed
// One look after a long stall of the terminal must not count as minutes of looking.
#define LOOK_COUNTS_MS  5000
// What was reported as absent may still turn up: a broker's back office can take a weekend.
#define WATCH_ABSENT_MS 604800000

class Reconciler
  {
private:
   Book             *m_book;
   BrokerFacts      *m_facts;
   BrokerView       *m_view;
   Clock            *m_clock;
   EventMaker       *m_maker;
   Reporter         *m_reporter;
   Log              *m_log;
   ulong             m_graceMs;
   ulong             m_resolveMs;
   ulong             m_nextLook;
   bool              m_ready;

public:
                     Reconciler(Book *book, BrokerFacts *facts, BrokerView *view, Clock *clock, EventMaker *maker,
                                Reporter *reporter, Log *log);
   void              SetPatience(const int graceSeconds, const int resolveSeconds);
   // Something happened at the broker: look at the next step.
   void              Hurry(void);
   // Looks if it is time to. No network, no order.
   void              Step(void);
   // Whether the last look was complete.
   bool              IsReady(void) const;
   // Whether the broker has anything of `item` already. Only meaningful if true is returned in `certain`.
   bool              HasTrace(Assignment *item, bool &certain);
   // The identifier of the position that a close or modify is about, as last seen; 0 if there is none.
   ulong             PositionOf(Assignment *item) const;

private:
   bool              IsFollowed(Assignment *item) const;
   datetime          Since(const long offset);
   void              Settle(Assignment *item, const long offset);
   void              SettleModify(Assignment *item);
   bool              WasPosition(const ulong magic, PositionFact &position);
   bool              IsModified(Assignment *item, const PositionFact &position);
   void              CountAbsence(Assignment *item);
   void              DeclareAbsent(Assignment *item);
   void              StopWatching(Assignment *item);
   void              Judge(Assignment *item, const EPhase phase, const string kind, const string code, const string message);
  };

Reconciler::Reconciler(Book *book, BrokerFacts *facts, BrokerView *view, Clock *clock, EventMaker *maker,
                       Reporter *reporter, Log *log)
  {
   m_book = book;
   m_facts = facts;
   m_view = view;
   m_clock = clock;
   m_maker = maker;
   m_reporter = reporter;
   m_log = log;
   m_graceMs = 30000;
   m_resolveMs = 600000;
   m_nextLook = 0;
   m_ready = false;
  }

void Reconciler::SetPatience(const int graceSeconds, const int resolveSeconds)
  {
   m_graceMs = (ulong)graceSeconds * 1000;
   m_resolveMs = (ulong)resolveSeconds * 1000;
  }

void Reconciler::Hurry(void)
  {
   m_nextLook = 0;
  }

bool Reconciler::IsReady(void) const
  {
   return(m_ready);
  }

void Reconciler::Step(void)
  {
   ulong now = GetTickCount64();
   long offset = 0;
   if(!m_view.Watch())
      m_ready = false;
   // Without the ledger's time no event could be dated; without the journal none could be kept.
   if(now < m_nextLook || !m_book.IsHealthy() || !m_clock.BrokerOffset(offset))
      return;
   m_ready = m_view.Look(Since(offset));
   bool sought = false;
   for(int i = 0; i < m_book.Count(); i++)
     {
      Assignment *item = m_book.At(i);
      if(Phases::IsSought(item.phase))
         sought = true;
      if(IsFollowed(item))
         Settle(item, offset);
     }
   m_nextLook = GetTickCount64() + (ulong)((sought || !m_ready) ? LOOK_OFTEN_MS : LOOK_SELDOM_MS);
  }

bool Reconciler::HasTrace(Assignment *item, bool &certain)
  {
   long offset = 0;
   certain = false;
   if(!m_clock.BrokerOffset(offset))
      return(false);
   long issuedMs = 0;
   Times::Parse(item.directive.createdAt, issuedMs);
   certain = m_view.Look((datetime)(issuedMs / 1000 + offset - 86400));
   m_ready = certain;
   return(m_facts.HasTrace(item.MagicNumber()));
  }

ulong Reconciler::PositionOf(Assignment *item) const
  {
   PositionFact position;
   if(!m_facts.PositionOf(Magic::Of(item.directive.targetDirectiveNo), position))
      return(0);
   return(position.identifier);
  }

bool Reconciler::IsFollowed(Assignment *item) const
  {
   return(Phases::IsSought(item.phase) || item.phase == PHASE_LIVE || item.phase == PHASE_ABSENT);
  }

// From when on the history has to be read, by the broker's clock: a day before the oldest thing looked for.
datetime Reconciler::Since(const long offset)
  {
   long since = m_clock.NowMs() / 1000;
   for(int i = 0; i < m_book.Count(); i++)
     {
      Assignment *item = m_book.At(i);
      long createdMs = 0;
      // Of a position whose order is done, only its own history matters.
      bool settled = (item.phase == PHASE_LIVE && item.ordersFinal);
      if(!IsFollowed(item) || settled || !Times::Parse(item.directive.createdAt, createdMs))
         continue;
      if(createdMs / 1000 < since)
         since = createdMs / 1000;
     }
   return((datetime)(since + offset - 86400));
  }

void Reconciler::Settle(Assignment *item, const long offset)
  {
   if(item.directive.action == DIRECTIVE_MODIFY)
      SettleModify(item);
   else
      m_reporter.Collect(item, offset, m_ready);
   if(Phases::IsSought(item.phase))
      CountAbsence(item);
   if(item.phase == PHASE_ABSENT)
      StopWatching(item);
  }

// A modification leaves neither order nor deal: the position itself says whether it happened.
void Reconciler::SettleModify(Assignment *item)
  {
   PositionFact position;
   ulong magic = Magic::Of(item.directive.targetDirectiveNo);
   if(!m_facts.PositionOf(magic, position) && !WasPosition(magic, position))
      return;
   if(!IsModified(item, position))
      return;
   ExecutionEvent event;
   m_maker.Judge(event, item, "position_modified", "", item.retcode, "");
   event.positionId = Numbers::Unsigned(position.identifier);
   if(m_book.Commit(Records::Happened(item.directive.directiveNo, PHASE_OVER, event)))
      m_log.Note(item.Title() + ": position_modified, found at the broker");
  }

// A position that is closed by now: its last deal keeps the stops it had.
bool Reconciler::WasPosition(const ulong magic, PositionFact &position)
  {
   Assignment *target = m_book.Find(Magic::DirectiveNo(magic));
   bool found = false;
   position.identifier = 0;
   position.symbol = "";
   for(int i = 0; i < m_facts.DealCount(); i++)
     {
      DealFact deal;
      m_facts.DealAt(i, deal);
      if(deal.entry == (long)DEAL_ENTRY_IN && deal.magic == magic)
         position.identifier = deal.positionId;
     }
   ulong ids[];
   if(position.identifier == 0 && target != NULL && target.PositionIds(ids) > 0)
      position.identifier = ids[0];
   if(position.identifier == 0 || !m_view.LookAtPosition(position.identifier))
      return(false);
   for(int i = 0; i < m_facts.DealCount(); i++)
     {
      DealFact deal;
      m_facts.DealAt(i, deal);
      if(deal.positionId != position.identifier || deal.entry == (long)DEAL_ENTRY_IN)
         continue;
      found = true;
      position.symbol = deal.symbol;
      position.stopLoss = deal.stopLoss;
      position.takeProfit = deal.takeProfit;
     }
   return(found);
  }

bool Reconciler::IsModified(Assignment *item, const PositionFact &position)
  {
   InstrumentRules rules;
   if(!rules.Load(position.symbol))
      return(false);
   double tolerance = rules.TickSize() / 2.0;
   string stopLoss = item.directive.stopLoss;
   string takeProfit = item.directive.takeProfit;
   if(StringLen(stopLoss) > 0 && MathAbs(rules.RoundPrice(StringToDouble(stopLoss)) - position.stopLoss) > tolerance)
      return(false);
   if(StringLen(takeProfit) > 0 && MathAbs(rules.RoundPrice(StringToDouble(takeProfit)) - position.takeProfit) > tolerance)
      return(false);
   return(StringLen(stopLoss) > 0 || StringLen(takeProfit) > 0);
  }

void Reconciler::CountAbsence(Assignment *item)
  {
   ulong now = GetTickCount64();
   bool traced = (item.directive.action != DIRECTIVE_MODIFY && m_facts.HasTrace(item.MagicNumber()));
   if(!m_ready || traced)
     {
      // Out of sight nothing is absent: the whole time is counted anew.
      item.absentMs = 0;
      item.lookCounted = false;
      return;
     }
   if(item.lookCounted)
     {
      ulong passed = now - item.lookTick;
      item.absentMs += (passed > LOOK_COUNTS_MS) ? (ulong)LOOK_COUNTS_MS : passed;
     }
   item.lookCounted = true;
   item.lookTick = now;
   if(item.absentMs >= m_graceMs && !item.unknownReported)
      Judge(item, item.phase, "outcome_unknown", item.takeover ? "taken_over" : (item.attempts > 0 ? "no_answer" : "journal_lost"),
            "Not seen at the broker yet; looked for until it is certain.");
   if(item.absentMs >= m_resolveMs)
      DeclareAbsent(item);
  }

void Reconciler::DeclareAbsent(Assignment *item)
  {
   EPhase after = (item.directive.action == DIRECTIVE_MODIFY) ? PHASE_OVER : PHASE_ABSENT;
   if(StringLen(item.settledElsewhere) > 0)
     {
      // Another instance has reported an outcome: a second opinion would only be late.
      m_book.Commit(Records::Moved(item.directive.directiveNo, after));
      return;
     }
   Judge(item, after, "order_failed", "absent_at_broker", "Not found at the broker in "
         + IntegerToString((long)(m_resolveMs / 1000)) + " s of looking.");
  }

void Reconciler::StopWatching(Assignment *item)
  {
   long sinceMs = 0;
   string since = (StringLen(item.absentAt) > 0) ? item.absentAt : item.directive.issuedAt;
   if(Times::Parse(since, sinceMs) && m_clock.NowMs() - sinceMs > WATCH_ABSENT_MS)
      m_book.Commit(Records::Moved(item.directive.directiveNo, PHASE_OVER));
  }

void Reconciler::Judge(Assignment *item, const EPhase phase, const string kind, const string code, const string message)
  {
   ExecutionEvent event;
   m_maker.Judge(event, item, kind, code, item.retcode, message);
   if(m_book.Commit(Records::Happened(item.directive.directiveNo, phase, event)))
      m_log.Warn(item.Title() + ": " + kind + " (" + code + ")");
  }

#endif
