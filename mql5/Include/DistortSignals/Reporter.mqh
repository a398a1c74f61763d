//+------------------------------------------------------------------+
//| Reporter: finds in the broker's records what has not been made   |
//| an event yet, and journals it as one. Sends nothing itself.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_REPORTER_MQH
#define DISTORTSIGNALS_REPORTER_MQH

#include "Book.mqh"
#include "BrokerView.mqh"
#include "EventMaker.mqh"
#include "Log.mqh"

// Deals that do not add up to their order after this many looks (a few minutes) are reported as they are.
#define PARTIAL_LOOKS_MOST 300

class Reporter
  {
private:
   Book             *m_book;
   BrokerFacts      *m_facts;
   BrokerView       *m_view;
   EventMaker       *m_maker;
   Log              *m_log;
   long              m_offset;
   bool              m_waiting;       // something was seen that is not complete yet
   bool              m_active;        // an order of the assignment is still active

public:
                     Reporter(Book *book, BrokerFacts *facts, BrokerView *view, EventMaker *maker, Log *log);
   // Makes the events of `item` from the last look and follows it to its end. `offset`: see Clock; `ready`:
   // whether the look was complete, so that what it did not see is not there.
   void              Collect(Assignment *item, const long offset, const bool ready);

private:
   void              CollectOrders(Assignment *item);
   void              CollectPlaced(Assignment *item, const OrderFact &order);
   void              CollectEnd(Assignment *item, const OrderFact &order);
   void              CollectDeals(Assignment *item, const bool opening);
   void              CollectGroup(Assignment *item, const DealFact &first, const bool opening);
   bool              Concerns(Assignment *item, const DealFact &deal, const bool opening) const;
   bool              IsOwnOrder(Assignment *item, const OrderFact &order) const;
   bool              IsSingle(const DealFact &deal) const;
   bool              IsComplete(Assignment *item, const DealFact &deal);
   double            FilledOf(const ulong orderTicket) const;
   void              FollowPositions(Assignment *item);
   double            OpenVolume(Assignment *item) const;
   bool              DealsAddUp(Assignment *item) const;
   void              CheckOver(Assignment *item);
   void              Make(Assignment *item, const EPhase phase, const ExecutionEvent &event);
  };

Reporter::Reporter(Book *book, BrokerFacts *facts, BrokerView *view, EventMaker *maker, Log *log)
  {
   m_book = book;
   m_facts = facts;
   m_view = view;
   m_maker = maker;
   m_log = log;
   m_offset = 0;
   m_waiting = false;
   m_active = false;
  }

void Reporter::Collect(Assignment *item, const long offset, const bool ready)
  {
   m_offset = offset;
   m_waiting = false;
   m_active = false;
   if(!item.ordersFinal)
     {
      CollectOrders(item);
      CollectDeals(item, item.IsOpen());
     }
   if(item.IsOpen())
      FollowPositions(item);
   item.partialLooks = m_waiting ? item.partialLooks + 1 : 0;
   // What could not be journaled is to be found again.
   if(m_waiting)
      item.ordersFinal = false;
   if(ready)
      CheckOver(item);
  }

void Reporter::CollectOrders(Assignment *item)
  {
   bool seen = false;
   bool complete = true;
   for(int i = 0; i < m_facts.OrderCount(); i++)
     {
      OrderFact order;
      m_facts.OrderAt(i, order);
      if(!IsOwnOrder(item, order))
         continue;
      seen = true;
      if(order.active)
         m_active = true;
      CollectPlaced(item, order);
      if(!order.active)
         CollectEnd(item, order);
      // An order may be in the history before its deals are.
      if(FilledOf(order.ticket) < order.volumeInitial - order.volumeCurrent - 0.000001)
         complete = false;
     }
   item.ordersFinal = (seen && complete && !m_active);
  }

void Reporter::CollectPlaced(Assignment *item, const OrderFact &order)
  {
   bool pending = (order.kind >= (long)ORDER_TYPE_BUY_LIMIT && order.kind <= (long)ORDER_TYPE_SELL_STOP_LIMIT);
   bool placed = (order.state == (long)ORDER_STATE_PLACED || order.state == (long)ORDER_STATE_PARTIAL
                  || order.state == (long)ORDER_STATE_FILLED || order.state == (long)ORDER_STATE_CANCELED
                  || order.state == (long)ORDER_STATE_EXPIRED);
   if(!pending || !placed)
      return;
   ExecutionEvent event;
   m_maker.OfOrder(event, item, "order_placed", order, m_offset);
   Make(item, PHASE_LIVE, event);
  }

void Reporter::CollectEnd(Assignment *item, const OrderFact &order)
  {
   bool rejected = (order.state == (long)ORDER_STATE_REJECTED);
   bool cancelled = (order.state == (long)ORDER_STATE_CANCELED || order.state == (long)ORDER_STATE_EXPIRED);
   double filled = order.volumeInitial - order.volumeCurrent;
   bool market = (order.kind == (long)ORDER_TYPE_BUY || order.kind == (long)ORDER_TYPE_SELL);
   // What is left of a market order after a partial fill is cancelled by nature: its fill is the news.
   if((!rejected && !cancelled) || (market && filled > 0.0))
      return;
   ExecutionEvent event;
   m_maker.OfOrder(event, item, rejected ? "order_rejected" : "order_cancelled", order, m_offset);
   Make(item, PHASE_LIVE, event);
  }

void Reporter::CollectDeals(Assignment *item, const bool opening)
  {
   for(int i = 0; i < m_facts.DealCount(); i++)
     {
      DealFact deal;
      m_facts.DealAt(i, deal);
      if(Concerns(item, deal, opening))
         CollectGroup(item, deal, opening);
     }
  }

void Reporter::CollectGroup(Assignment *item, const DealFact &first, const bool opening)
  {
   string kind = opening ? "order_filled" : "position_closed";
   bool single = IsSingle(first);
   string eventId = single ? m_maker.FactId("deal", first.ticket, first.positionId)
                    : m_maker.FactId(kind, first.orderTicket, first.positionId);
   if(m_book.WasMade(eventId))
      return;
   if(!single && !IsComplete(item, first))
     {
      m_waiting = true;
      return;
     }
   DealFact last = first;
   double volume = 0.0, value = 0.0, commission = 0.0, swap = 0.0, profit = 0.0;
   for(int i = 0; i < m_facts.DealCount(); i++)
     {
      DealFact deal;
      m_facts.DealAt(i, deal);
      bool same = single ? (deal.ticket == first.ticket)
                  : (deal.orderTicket == first.orderTicket && deal.positionId == first.positionId
                     && Concerns(item, deal, opening));
      if(!same)
         continue;
      last = deal;
      volume += deal.volume;
      value += deal.volume * deal.price;
      commission += deal.commission;
      swap += deal.swap;
      profit += deal.profit;
     }
   if(volume <= 0.0)
      return;
   ExecutionEvent event;
   m_maker.BeginDeals(event, item, kind, first);
   m_maker.FinishDeals(event, last, volume, value, commission, swap, profit, m_offset);
   event.eventId = eventId;
   Make(item, PHASE_LIVE, event);
  }

bool Reporter::Concerns(Assignment *item, const DealFact &deal, const bool opening) const
  {
   bool entry = (deal.entry == (long)DEAL_ENTRY_IN);
   bool exit = (deal.entry == (long)DEAL_ENTRY_OUT || deal.entry == (long)DEAL_ENTRY_OUT_BY);
   if(opening)
      return(entry && deal.magic == item.MagicNumber());
   if(!exit)
      return(false);
   bool stopped = (deal.reason == (long)DEAL_REASON_SL || deal.reason == (long)DEAL_REASON_TP
                   || deal.reason == (long)DEAL_REASON_SO);
   if(item.IsClose())
      return(deal.magic == item.MagicNumber() && !stopped);
   if(!item.HasPosition(deal.positionId))
      return(false);
   // A close that another directive commanded is that one's to report.
   long commandedBy = Magic::DirectiveNo(deal.magic);
   return(stopped || commandedBy == 0 || commandedBy == item.directive.directiveNo);
  }

bool Reporter::IsOwnOrder(Assignment *item, const OrderFact &order) const
  {
   if(order.magic != item.MagicNumber())
      return(false);
   // Stops inherit the magic number of their position; they trade the other way than it was opened.
   bool buys = (order.kind % 2 == 0);
   bool wanted = item.IsOpen() ? item.directive.isBuy : !item.directive.isBuy;
   return(order.kind < (long)ORDER_TYPE_CLOSE_BY && buys == wanted);
  }

// Pending orders fill over days: each deal by itself. A market order is one event when it is done.
bool Reporter::IsSingle(const DealFact &deal) const
  {
   OrderFact order;
   if(deal.orderTicket == 0)
      return(true);
   if(!m_facts.OrderOf(deal.orderTicket, order))
      return(false);
   return(order.kind != (long)ORDER_TYPE_BUY && order.kind != (long)ORDER_TYPE_SELL);
  }

bool Reporter::IsComplete(Assignment *item, const DealFact &deal)
  {
   OrderFact order;
   bool found = m_facts.OrderOf(deal.orderTicket, order);
   double filled = found ? order.volumeInitial - order.volumeCurrent : 0.0;
   if(found && !order.active && FilledOf(deal.orderTicket) > filled - 0.000001)
      return(true);
   if(item.partialLooks < PARTIAL_LOOKS_MOST)
      return(false);
   m_log.Warn(item.Title() + ": the broker's deals do not add up to its order; reported as they are.");
   return(true);
  }

double Reporter::FilledOf(const ulong orderTicket) const
  {
   double volume = 0.0;
   for(int i = 0; i < m_facts.DealCount(); i++)
     {
      DealFact deal;
      m_facts.DealAt(i, deal);
      if(deal.orderTicket == orderTicket)
         volume += deal.volume;
     }
   return(volume);
  }

#include "ReporterFollow.mqh"

#endif
