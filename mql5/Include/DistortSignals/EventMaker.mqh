//+------------------------------------------------------------------+
//| EventMaker: facts of the broker and judgements of the officer as |
//| execution events.                                                |
//| A fact's id and content follow from the broker's records alone,  |
//| so that a second terminal, or one that lost its journal, reports |
//| the very same event and the ledger sees a duplicate. A judgement |
//| (rejected, failed, unknown) is made once and then journaled.     |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_EVENTMAKER_MQH
#define DISTORTSIGNALS_EVENTMAKER_MQH

#include "Assignment.mqh"
#include "Clock.mqh"
#include "EventCodec.mqh"
#include "Uuid.mqh"

// More than any price or amount has; sums lose their binary dust here.
#define FACT_DECIMALS 8

class EventMaker
  {
private:
   Clock            *m_clock;
   string            m_account;       // login and server: tickets are only unique at one broker
   string            m_instanceId;

public:
                     EventMaker(Clock *clock);
   void              SetIdentity(const string login, const string server, const string instanceId);
   string            FactId(const string kind, const ulong ticket, const ulong positionId) const;
   // Deals of one order and position as one event: volumes summed, price averaged over them.
   void              BeginDeals(ExecutionEvent &event, Assignment *item, const string kind, const DealFact &first) const;
   void              FinishDeals(ExecutionEvent &event, const DealFact &last, const double volume, const double value,
                                 const double commission, const double swap, const double profit, const long offset) const;
   void              OfOrder(ExecutionEvent &event, Assignment *item, const string kind, const OrderFact &order,
                             const long offset) const;
   // A judgement of this officer, at this moment.
   void              Judge(ExecutionEvent &event, Assignment *item, const string kind, const string code,
                           const long retcode, const string message) const;
   static string     ReasonOf(const long dealReason);
  };

EventMaker::EventMaker(Clock *clock)
  {
   m_clock = clock;
   m_account = "";
   m_instanceId = "";
  }

void EventMaker::SetIdentity(const string login, const string server, const string instanceId)
  {
   m_account = login + "|" + server;
   m_instanceId = instanceId;
  }

string EventMaker::FactId(const string kind, const ulong ticket, const ulong positionId) const
  {
   return(Uuid::Derive(m_account + "|" + kind + "|" + Numbers::Unsigned(ticket) + "|" + Numbers::Unsigned(positionId)));
  }

void EventMaker::BeginDeals(ExecutionEvent &event, Assignment *item, const string kind, const DealFact &first) const
  {
   EventCodec::Begin(event, kind, item.directive.directiveId);
   if(first.orderTicket > 0)
      event.orderTicket = Numbers::Unsigned(first.orderTicket);
   if(first.positionId > 0)
      event.positionId = Numbers::Unsigned(first.positionId);
   event.reason = ReasonOf(first.reason);
  }

void EventMaker::FinishDeals(ExecutionEvent &event, const DealFact &last, const double volume, const double value,
                             const double commission, const double swap, const double profit, const long offset) const
  {
   event.dealTicket = Numbers::Unsigned(last.ticket);
   event.price = Numbers::Decimal(value / volume, FACT_DECIMALS);
   event.volumeLots = Numbers::Decimal(volume, FACT_DECIMALS);
   event.commission = Numbers::Decimal(commission, FACT_DECIMALS);
   event.swap = Numbers::Decimal(swap, FACT_DECIMALS);
   event.profit = Numbers::Decimal(profit, FACT_DECIMALS);
   event.occurredAt = m_clock.BrokerText(last.timeMs, offset);
  }

void EventMaker::OfOrder(ExecutionEvent &event, Assignment *item, const string kind, const OrderFact &order,
                         const long offset) const
  {
   EventCodec::Begin(event, kind, item.directive.directiveId);
   event.eventId = FactId(kind, order.ticket, 0);
   event.orderTicket = Numbers::Unsigned(order.ticket);
   bool placed = (kind == "order_placed");
   double volume = placed ? order.volumeInitial : order.volumeCurrent;
   event.volumeLots = Numbers::Decimal(volume, FACT_DECIMALS);
   if(order.price > 0.0)
      event.price = Numbers::Decimal(order.price, FACT_DECIMALS);
   if(order.state == (long)ORDER_STATE_EXPIRED)
      event.code = placed ? "" : "expired_at_broker";
   if(order.state == (long)ORDER_STATE_CANCELED)
      event.code = placed ? "" : "cancelled_at_broker";
   if(order.state == (long)ORDER_STATE_REJECTED)
      event.code = "rejected_at_broker";
   long moment = (placed || order.doneMs == 0) ? order.setupMs : order.doneMs;
   event.occurredAt = m_clock.BrokerText(moment, offset);
  }

void EventMaker::Judge(ExecutionEvent &event, Assignment *item, const string kind, const string code,
                       const long retcode, const string message) const
  {
   EventCodec::Begin(event, kind, item.directive.directiveId);
   event.occurredAt = m_clock.NowText();
   event.code = code;
   if(retcode >= 0 && retcode <= 2147483647)
      event.retcode = retcode;
   event.message = Utf8::Clean(message, 200);
   event.eventId = Uuid::Derive(m_instanceId + "|" + event.directiveId + "|" + kind + "|" + code + "|"
                                + IntegerToString(item.attempts) + "|" + event.occurredAt);
  }

string EventMaker::ReasonOf(const long dealReason)
  {
   if(dealReason == (long)DEAL_REASON_EXPERT)
      return("expert");
   if(dealReason == (long)DEAL_REASON_SL)
      return("stop_loss");
   if(dealReason == (long)DEAL_REASON_TP)
      return("take_profit");
   if(dealReason == (long)DEAL_REASON_SO)
      return("stop_out");
   if(dealReason == (long)DEAL_REASON_CLIENT || dealReason == (long)DEAL_REASON_MOBILE || dealReason == (long)DEAL_REASON_WEB)
      return("client");
   return("other");
  }

#endif
