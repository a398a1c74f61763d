//+------------------------------------------------------------------+
//| BrokerView: one look at the account: positions, orders, deals.   |
//| The values are copied out at once, because the terminal's lists  |
//| change between calls. Active before history: an order that is    |
//| filled meanwhile is then seen twice instead of not at all.       |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BROKERVIEW_MQH
#define DISTORTSIGNALS_BROKERVIEW_MQH

#include "BrokerFacts.mqh"
#include "Magic.mqh"

// Connected this long, an account without any deal is believed: even a new one has its first deposit as a deal.
#define EMPTY_HISTORY_MS 120000

class BrokerView
  {
private:
   BrokerFacts      *m_facts;
   bool              m_connected;
   ulong             m_connectedSince;
   bool              m_historyLoaded;

public:
                     BrokerView(BrokerFacts *facts);
   // To be called often: notes since when the terminal is connected. True if it is.
   bool              Watch(void);
   // Reads all there is of ours since `from` (the broker's clock). False if absence would prove nothing now.
   bool              Look(const datetime from);
   // Adds the whole history of one position, whoever dealt in it.
   bool              LookAtPosition(const ulong identifier);
   // Only what is open now, ours or not: positions and pending orders.
   void              LookAtAccount(void);

private:
   void              LookAtPositions(void);
   void              LookAtActiveOrders(void);
   bool              LookAtHistory(const datetime from);
   void              AddHistoryOrder(const ulong ticket);
   void              AddDeal(const ulong ticket);
   datetime          Until(void) const;
  };

BrokerView::BrokerView(BrokerFacts *facts)
  {
   m_facts = facts;
   m_connected = false;
   m_connectedSince = 0;
   m_historyLoaded = false;
  }

bool BrokerView::Watch(void)
  {
   if(TerminalInfoInteger(TERMINAL_CONNECTED) == 0)
     {
      m_connected = false;
      m_historyLoaded = false;
      return(false);
     }
   if(!m_connected)
      m_connectedSince = GetTickCount64();
   m_connected = true;
   return(true);
  }

bool BrokerView::Look(const datetime from)
  {
   m_facts.ClearHistory();
   bool connected = Watch();
   LookAtPositions();
   LookAtActiveOrders();
   bool selected = LookAtHistory(from);
   m_facts.SortDeals();
   return(connected && selected && m_historyLoaded);
  }

bool BrokerView::LookAtPosition(const ulong identifier)
  {
   if(!HistorySelectByPosition((long)identifier))
      return(false);
   int orders = HistoryOrdersTotal();
   for(int i = 0; i < orders; i++)
      AddHistoryOrder(HistoryOrderGetTicket(i));
   int deals = HistoryDealsTotal();
   for(int i = 0; i < deals; i++)
      AddDeal(HistoryDealGetTicket(i));
   m_facts.SortDeals();
   return(true);
  }

void BrokerView::LookAtAccount(void)
  {
   m_facts.ClearHistory();
   LookAtPositions();
   LookAtActiveOrders();
  }

void BrokerView::LookAtPositions(void)
  {
   m_facts.ClearPositions();
   int total = PositionsTotal();
   for(int i = 0; i < total; i++)
     {
      ulong ticket = PositionGetTicket(i);
      if(ticket == 0)
         continue;
      PositionFact fact;
      fact.ticket = ticket;
      fact.identifier = (ulong)PositionGetInteger(POSITION_IDENTIFIER);
      fact.magic = (ulong)PositionGetInteger(POSITION_MAGIC);
      fact.symbol = PositionGetString(POSITION_SYMBOL);
      fact.isBuy = (PositionGetInteger(POSITION_TYPE) == (long)POSITION_TYPE_BUY);
      fact.volume = PositionGetDouble(POSITION_VOLUME);
      fact.openPrice = PositionGetDouble(POSITION_PRICE_OPEN);
      fact.stopLoss = PositionGetDouble(POSITION_SL);
      fact.takeProfit = PositionGetDouble(POSITION_TP);
      fact.profit = PositionGetDouble(POSITION_PROFIT);
      fact.swap = PositionGetDouble(POSITION_SWAP);
      fact.openedMs = PositionGetInteger(POSITION_TIME_MSC);
      m_facts.AddPosition(fact);
     }
  }

void BrokerView::LookAtActiveOrders(void)
  {
   int total = OrdersTotal();
   for(int i = 0; i < total; i++)
     {
      ulong ticket = OrderGetTicket(i);
      if(ticket == 0)
         continue;
      OrderFact fact;
      fact.ticket = ticket;
      fact.magic = (ulong)OrderGetInteger(ORDER_MAGIC);
      fact.kind = OrderGetInteger(ORDER_TYPE);
      fact.state = OrderGetInteger(ORDER_STATE);
      fact.reason = OrderGetInteger(ORDER_REASON);
      fact.active = true;
      fact.symbol = OrderGetString(ORDER_SYMBOL);
      fact.volumeInitial = OrderGetDouble(ORDER_VOLUME_INITIAL);
      fact.volumeCurrent = OrderGetDouble(ORDER_VOLUME_CURRENT);
      fact.price = OrderGetDouble(ORDER_PRICE_OPEN);
      fact.setupMs = OrderGetInteger(ORDER_TIME_SETUP_MSC);
      fact.doneMs = 0;
      fact.positionId = (ulong)OrderGetInteger(ORDER_POSITION_ID);
      m_facts.AddOrder(fact);
     }
  }

bool BrokerView::LookAtHistory(const datetime from)
  {
   if(!HistorySelect(from, Until()))
      return(false);
   int orders = HistoryOrdersTotal();
   for(int i = 0; i < orders; i++)
     {
      ulong ticket = HistoryOrderGetTicket(i);
      if(ticket != 0 && Magic::DirectiveNo((ulong)HistoryOrderGetInteger(ticket, ORDER_MAGIC)) > 0)
         AddHistoryOrder(ticket);
     }
   int deals = HistoryDealsTotal();
   for(int i = 0; i < deals; i++)
     {
      ulong ticket = HistoryDealGetTicket(i);
      if(ticket != 0 && Magic::DirectiveNo((ulong)HistoryDealGetInteger(ticket, DEAL_MAGIC)) > 0)
         AddDeal(ticket);
     }
   if(!m_connected)
      return(true);
   // There is no way to ask whether the history has arrived. It has if there is any of it.
   if(!m_historyLoaded && HistorySelect(0, Until()))
      m_historyLoaded = (HistoryDealsTotal() > 0 || GetTickCount64() - m_connectedSince > EMPTY_HISTORY_MS);
   return(true);
  }

void BrokerView::AddHistoryOrder(const ulong ticket)
  {
   if(ticket == 0)
      return;
   OrderFact fact;
   fact.ticket = ticket;
   fact.magic = (ulong)HistoryOrderGetInteger(ticket, ORDER_MAGIC);
   fact.kind = HistoryOrderGetInteger(ticket, ORDER_TYPE);
   fact.state = HistoryOrderGetInteger(ticket, ORDER_STATE);
   fact.reason = HistoryOrderGetInteger(ticket, ORDER_REASON);
   fact.active = false;
   fact.symbol = HistoryOrderGetString(ticket, ORDER_SYMBOL);
   fact.volumeInitial = HistoryOrderGetDouble(ticket, ORDER_VOLUME_INITIAL);
   fact.volumeCurrent = HistoryOrderGetDouble(ticket, ORDER_VOLUME_CURRENT);
   fact.price = HistoryOrderGetDouble(ticket, ORDER_PRICE_OPEN);
   fact.setupMs = HistoryOrderGetInteger(ticket, ORDER_TIME_SETUP_MSC);
   fact.doneMs = HistoryOrderGetInteger(ticket, ORDER_TIME_DONE_MSC);
   fact.positionId = (ulong)HistoryOrderGetInteger(ticket, ORDER_POSITION_ID);
   m_facts.AddOrder(fact);
  }

void BrokerView::AddDeal(const ulong ticket)
  {
   if(ticket == 0 || m_facts.HasDeal(ticket))
      return;
   DealFact fact;
   fact.ticket = ticket;
   fact.orderTicket = (ulong)HistoryDealGetInteger(ticket, DEAL_ORDER);
   fact.magic = (ulong)HistoryDealGetInteger(ticket, DEAL_MAGIC);
   fact.positionId = (ulong)HistoryDealGetInteger(ticket, DEAL_POSITION_ID);
   fact.entry = HistoryDealGetInteger(ticket, DEAL_ENTRY);
   fact.reason = HistoryDealGetInteger(ticket, DEAL_REASON);
   fact.symbol = HistoryDealGetString(ticket, DEAL_SYMBOL);
   fact.price = HistoryDealGetDouble(ticket, DEAL_PRICE);
   fact.volume = HistoryDealGetDouble(ticket, DEAL_VOLUME);
   fact.commission = HistoryDealGetDouble(ticket, DEAL_COMMISSION) + HistoryDealGetDouble(ticket, DEAL_FEE);
   fact.swap = HistoryDealGetDouble(ticket, DEAL_SWAP);
   fact.profit = HistoryDealGetDouble(ticket, DEAL_PROFIT);
   fact.stopLoss = HistoryDealGetDouble(ticket, DEAL_SL);
   fact.takeProfit = HistoryDealGetDouble(ticket, DEAL_TP);
   fact.timeMs = HistoryDealGetInteger(ticket, DEAL_TIME_MSC);
   m_facts.AddDeal(fact);
  }

datetime BrokerView::Until(void) const
  {
   // TimeCurrent() stands still at weekends: a day more misses nothing.
   long now = (long)TimeCurrent();
   long server = (long)TimeTradeServer();
   if(server > now)
      now = server;
   return((datetime)(now + 86400));
  }

#endif
