//+------------------------------------------------------------------+
//| Foundlings: orders and positions of ours that this officer has   |
//| no memory of, because its files were lost. The ledger says which |
//| directive a magic number belongs to; from then on they are       |
//| followed and reported like any other, and never executed.        |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_FOUNDLINGS_MQH
#define DISTORTSIGNALS_FOUNDLINGS_MQH

#include "Answers.mqh"
#include "Book.mqh"
#include "BrokerView.mqh"
#include "Clock.mqh"
#include "Log.mqh"

// A difference that stays in spite of everything reported must not be reported anew every minute.
#define ADOPT_AGAIN_MS     3600000
// How far back an order is looked for of which only the magic number is known.
#define ADOPT_SEARCH_SECONDS 2592000

class Foundlings
  {
private:
   Book             *m_book;
   BrokerView       *m_view;
   BrokerFacts      *m_facts;
   Clock            *m_clock;
   Log              *m_log;
   long              m_numbers[];
   ulong             m_ticks[];
   int               m_count;

public:
                     Foundlings(Book *book, BrokerView *view, BrokerFacts *facts, Clock *clock, Log *log);
   // Takes in what `answer` names and the book does not know: where ledger and broker differ, and with a new
   // journal everything.
   void              TakeIn(const SyncAnswer &answer);

private:
   void              Adopt(const IdentityItem &identity, const string symbol, const string positionId);
   bool              Describe(Directive &directive, const ulong magic, string &positions);
   bool              Tried(const long directiveNo);
  };

Foundlings::Foundlings(Book *book, BrokerView *view, BrokerFacts *facts, Clock *clock, Log *log)
  {
   m_book = book;
   m_view = view;
   m_facts = facts;
   m_clock = clock;
   m_log = log;
   m_count = 0;
  }

void Foundlings::TakeIn(const SyncAnswer &answer)
  {
   for(int i = 0; i < ArraySize(answer.identities); i++)
     {
      IdentityItem identity = answer.identities[i];
      // What is acknowledged is on the recovery list of the next poll.
      if(identity.status == "acknowledged" || m_book.Find(identity.directiveNo) != NULL)
         continue;
      string symbol = "";
      string positionId = "";
      bool differs = false;
      for(int k = 0; k < ArraySize(answer.discrepancies); k++)
        {
         if(answer.discrepancies[k].directiveNo != identity.directiveNo)
            continue;
         differs = true;
         symbol = answer.discrepancies[k].symbol;
         positionId = answer.discrepancies[k].positionId;
        }
      // Without a difference it may well be another terminal's, which follows it itself.
      if(differs || m_book.IsFresh())
         Adopt(identity, symbol, positionId);
     }
   if(m_book.IsFresh())
      m_book.Commit(Records::Surveyed());
  }

void Foundlings::Adopt(const IdentityItem &identity, const string symbol, const string positionId)
  {
   if(Tried(identity.directiveNo))
      return;
   long offset = 0;
   ulong identifier = 0;
   if(!m_clock.BrokerOffset(offset))
      return;
   m_view.Look((datetime)(m_clock.NowMs() / 1000 + offset - ADOPT_SEARCH_SECONDS));
   if(Numbers::ParseUnsigned(positionId, identifier) && identifier > 0)
      m_view.LookAtPosition(identifier);
   Directive directive;
   string positions = "|";
   DirectiveCodec::Clear(directive);
   if(!Describe(directive, Magic::Of(identity.directiveNo), positions))
      return;
   if(identifier > 0 && StringFind(positions, "|" + positionId + "|") < 0)
      positions += positionId + "|";
   directive.directiveId = identity.directiveId;
   directive.directiveNo = identity.directiveNo;
   if(StringLen(symbol) > 0)
      directive.symbol = symbol;
   directive.createdAt = m_clock.BrokerText(m_facts.EarliestMs(Magic::Of(identity.directiveNo)), offset);
   if(m_book.Commit(Records::Found(directive, positions)))
      m_log.Warn("DS " + IntegerToString(identity.directiveNo)
                 + ": found at the broker without a memory of it; followed and reported from now on.");
  }

// What the broker knows of the directive. False if it is nothing.
bool Foundlings::Describe(Directive &directive, const ulong magic, string &positions)
  {
   bool found = false;
   ulong first = 0;
   for(int i = 0; i < m_facts.OrderCount(); i++)
     {
      OrderFact order;
      m_facts.OrderAt(i, order);
      // The first order of the number opened the position; later ones are stops of it.
      if(order.magic != magic || (found && order.ticket > first))
         continue;
      found = true;
      first = order.ticket;
      directive.isBuy = (order.kind % 2 == 0);
      directive.symbol = order.symbol;
     }
   for(int i = 0; i < m_facts.PositionCount(); i++)
     {
      PositionFact position;
      m_facts.PositionAt(i, position);
      if(position.magic != magic)
         continue;
      found = true;
      directive.isBuy = position.isBuy;
      directive.symbol = position.symbol;
      positions += Numbers::Unsigned(position.identifier) + "|";
     }
   return(found);
  }

bool Foundlings::Tried(const long directiveNo)
  {
   ulong now = GetTickCount64();
   for(int i = 0; i < m_count; i++)
     {
      if(m_numbers[i] != directiveNo)
         continue;
      if(now - m_ticks[i] < ADOPT_AGAIN_MS)
         return(true);
      m_ticks[i] = now;
      return(false);
     }
   ArrayResize(m_numbers, m_count + 1, 64);
   ArrayResize(m_ticks, m_count + 1, 64);
   m_numbers[m_count] = directiveNo;
   m_ticks[m_count] = now;
   m_count++;
   return(false);
  }

#endif
