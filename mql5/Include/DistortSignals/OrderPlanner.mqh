//+------------------------------------------------------------------+
//| OrderPlanner: turns a directive into the request it stands for,  |
//| or says why it cannot be one. Decides; sends nothing.            |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_ORDERPLANNER_MQH
#define DISTORTSIGNALS_ORDERPLANNER_MQH

#include "Assignment.mqh"
#include "BrokerFacts.mqh"
#include "Clock.mqh"
#include "InstrumentRules.mqh"
#include "SymbolMap.mqh"

enum EVerdict
  {
   VERDICT_SEND   = 1,
   VERDICT_WAIT   = 2,   // not now, perhaps later
   VERDICT_REJECT = 3,   // it cannot be done as commanded
   VERDICT_CANCEL = 4    // there is nothing left to do
  };

class OrderPlanner
  {
private:
   Clock            *m_clock;
   BrokerFacts      *m_facts;
   SymbolMap        *m_symbols;
   InstrumentRules   m_rules;
   string            m_code;

public:
                     OrderPlanner(Clock *clock, BrokerFacts *facts, SymbolMap *symbols);
   // Fills `request` if the verdict is to send; else Code() says why not.
   EVerdict          Plan(Assignment *item, MqlTradeRequest &request);
   string            Code(void) const;
   // The request in a line, for the journal and for people.
   static string     Describe(const MqlTradeRequest &request);

private:
   EVerdict          Because(const EVerdict verdict, const string code);
   EVerdict          PlanOpen(Assignment *item, const MqlTick &tick, MqlTradeRequest &request);
   EVerdict          PlanPending(Assignment *item, const MqlTick &tick, MqlTradeRequest &request);
   EVerdict          PlanClose(Assignment *item, const PositionFact &position, const MqlTick &tick, MqlTradeRequest &request);
   EVerdict          PlanModify(Assignment *item, const PositionFact &position, const MqlTick &tick, MqlTradeRequest &request);
   double            PriceOf(const string text) const;
  };

OrderPlanner::OrderPlanner(Clock *clock, BrokerFacts *facts, SymbolMap *symbols)
  {
   m_clock = clock;
   m_facts = facts;
   m_symbols = symbols;
   m_code = "";
  }

EVerdict OrderPlanner::Plan(Assignment *item, MqlTradeRequest &request)
  {
   ZeroMemory(request);
   m_code = "";
   PositionFact position;
   bool found = false;
   string symbol = m_symbols.ToBroker(item.directive.symbol);
   if(!item.IsOpen())
     {
      found = m_facts.PositionOf(Magic::Of(item.directive.targetDirectiveNo), position);
      if(!found)
         return(Because(VERDICT_CANCEL, "position_not_open"));
      if(position.isBuy != item.directive.isBuy)
         return(Because(VERDICT_REJECT, "position_of_other_side"));
      // The position knows its symbol better than any mapping.
      symbol = position.symbol;
     }
   if(!m_rules.Load(symbol))
      return(Because(VERDICT_REJECT, "symbol_unknown"));
   MqlTick tick;
   if(!SymbolInfoTick(symbol, tick) || tick.bid <= 0.0 || tick.ask <= 0.0)
      return(Because(VERDICT_WAIT, "no_quotes"));
   request.symbol = symbol;
   request.magic = item.MagicNumber();
   request.comment = Magic::CommentOf(item.directive.directiveNo);
   request.deviation = (ulong)item.directive.maxSlippagePoints;
   if(item.IsOpen())
      return(PlanOpen(item, tick, request));
   request.position = position.ticket;
   if(item.IsClose())
      return(PlanClose(item, position, tick, request));
   return(PlanModify(item, position, tick, request));
  }

string OrderPlanner::Code(void) const
  {
   return(m_code);
  }

EVerdict OrderPlanner::Because(const EVerdict verdict, const string code)
  {
   m_code = code;
   return(verdict);
  }

EVerdict OrderPlanner::PlanOpen(Assignment *item, const MqlTick &tick, MqlTradeRequest &request)
  {
   bool buys = item.directive.isBuy;
   if(m_rules.IsDisabled() || !m_rules.IsSessionOpen(TimeTradeServer()))
      return(Because(VERDICT_WAIT, "market_closed"));
   m_code = m_rules.SideFault(buys);
   if(StringLen(m_code) > 0)
      return(VERDICT_REJECT);
   request.volume = m_rules.FloorVolume(StringToDouble(item.directive.volumeLots));
   m_code = m_rules.VolumeFault(request.volume);
   if(StringLen(m_code) > 0)
      return(VERDICT_REJECT);
   request.sl = PriceOf(item.directive.stopLoss);
   request.tp = PriceOf(item.directive.takeProfit);
   bool pending = (item.directive.orderKind != DIRECTIVE_MARKET);
   if(!m_rules.Filling(pending, item.fillingTries, request.type_filling))
      return(Because(VERDICT_REJECT, "invalid_filling"));
   if(pending)
      return(PlanPending(item, tick, request));
   request.action = TRADE_ACTION_DEAL;
   request.type = buys ? ORDER_TYPE_BUY : ORDER_TYPE_SELL;
   request.price = buys ? tick.ask : tick.bid;
   // A position is closed on the other side of the spread: stops are measured from there.
   m_code = m_rules.StopsFault(buys, buys ? tick.bid : tick.ask, request.sl, request.tp);
   return(StringLen(m_code) > 0 ? VERDICT_REJECT : VERDICT_SEND);
  }

EVerdict OrderPlanner::PlanPending(Assignment *item, const MqlTick &tick, MqlTradeRequest &request)
  {
   bool buys = item.directive.isBuy;
   bool limit = (item.directive.orderKind == DIRECTIVE_LIMIT);
   long expiresMs = 0;
   long offset = 0;
   // What must not be executed after a moment must not wait at the broker beyond it.
   if(!m_rules.AllowsExpiration())
      return(Because(VERDICT_REJECT, "expiration_not_supported"));
   if(!Times::Parse(item.directive.expiresAt, expiresMs) || !m_clock.BrokerOffset(offset))
      return(Because(VERDICT_WAIT, "no_server_time"));
   request.action = TRADE_ACTION_PENDING;
   request.price = PriceOf(item.directive.price);
   if(limit)
      request.type = buys ? ORDER_TYPE_BUY_LIMIT : ORDER_TYPE_SELL_LIMIT;
   else
      request.type = buys ? ORDER_TYPE_BUY_STOP : ORDER_TYPE_SELL_STOP;
   request.type_time = ORDER_TIME_SPECIFIED;
   request.expiration = (datetime)(expiresMs / 1000 + offset);
   m_code = m_rules.StopsFault(buys, request.price, request.sl, request.tp);
   if(StringLen(m_code) > 0)
      return(VERDICT_REJECT);
   double market = buys ? tick.ask : tick.bid;
   // A buy limit and a sell stop wait below the market, the others above it.
   double distance = (buys == limit) ? market - request.price : request.price - market;
   if(distance < (double)m_rules.StopsLevel() * m_rules.PointSize() - m_rules.TickSize() * STEP_EPSILON || distance <= 0.0)
      return(Because(VERDICT_REJECT, "price_too_close"));
   return(VERDICT_SEND);
  }

EVerdict OrderPlanner::PlanClose(Assignment *item, const PositionFact &position, const MqlTick &tick, MqlTradeRequest &request)
  {
   request.volume = position.volume;
   if(StringLen(item.directive.volumeLots) > 0)
     {
      double wanted = m_rules.FloorVolume(StringToDouble(item.directive.volumeLots));
      m_code = m_rules.VolumeFault(wanted);
      if(StringLen(m_code) > 0 && wanted < position.volume - STEP_EPSILON)
         return(VERDICT_REJECT);
      m_code = "";
      if(wanted < position.volume)
         request.volume = wanted;
     }
   if(!m_rules.Filling(false, item.fillingTries, request.type_filling))
      return(Because(VERDICT_REJECT, "invalid_filling"));
   request.action = TRADE_ACTION_DEAL;
   request.type = position.isBuy ? ORDER_TYPE_SELL : ORDER_TYPE_BUY;
   request.price = position.isBuy ? tick.bid : tick.ask;
   return(VERDICT_SEND);
  }

EVerdict OrderPlanner::PlanModify(Assignment *item, const PositionFact &position, const MqlTick &tick, MqlTradeRequest &request)
  {
   request.action = TRADE_ACTION_SLTP;
   // Null keeps what is there: a modification must never take a stop away by leaving it unsaid.
   request.sl = (StringLen(item.directive.stopLoss) > 0) ? PriceOf(item.directive.stopLoss) : position.stopLoss;
   request.tp = (StringLen(item.directive.takeProfit) > 0) ? PriceOf(item.directive.takeProfit) : position.takeProfit;
   double reference = position.isBuy ? tick.bid : tick.ask;
   double newStop = (StringLen(item.directive.stopLoss) > 0) ? request.sl : 0.0;
   double newTarget = (StringLen(item.directive.takeProfit) > 0) ? request.tp : 0.0;
   m_code = m_rules.StopsFault(position.isBuy, reference, newStop, newTarget);
   return(StringLen(m_code) > 0 ? VERDICT_REJECT : VERDICT_SEND);
  }

double OrderPlanner::PriceOf(const string text) const
  {
   if(StringLen(text) == 0)
      return(0.0);
   return(m_rules.RoundPrice(StringToDouble(text)));
  }

string OrderPlanner::Describe(const MqlTradeRequest &request)
  {
   return("action " + IntegerToString((long)request.action) + " type " + IntegerToString((long)request.type)
          + " " + request.symbol + " " + Numbers::Decimal(request.volume, 8) + " lots at "
          + Numbers::Decimal(request.price, 8) + " sl " + Numbers::Decimal(request.sl, 8) + " tp "
          + Numbers::Decimal(request.tp, 8) + " filling " + IntegerToString((long)request.type_filling)
          + " position " + Numbers::Unsigned(request.position));
  }

#endif
