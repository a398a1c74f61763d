//+------------------------------------------------------------------+
//| BrokerFacts: what one look at the account found, copied out of   |
//| the terminal, each order and deal once.                          |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BROKERFACTS_MQH
#define DISTORTSIGNALS_BROKERFACTS_MQH

#include "Types.mqh"

class BrokerFacts
  {
private:
   PositionFact      m_positions[];
   int               m_positionCount;
   OrderFact         m_orders[];
   int               m_orderCount;
   DealFact          m_deals[];
   int               m_dealCount;

public:
                     BrokerFacts(void);
   void              ClearPositions(void);
   void              ClearHistory(void);
   void              AddPosition(const PositionFact &fact);
   void              AddOrder(const OrderFact &fact);
   void              AddDeal(const DealFact &fact);
   bool              HasDeal(const ulong ticket) const;
   // By ticket, so that sums and averages do not depend on the order in which the terminal lists the deals.
   void              SortDeals(void);

   int               PositionCount(void) const;
   void              PositionAt(const int index, PositionFact &fact) const;
   int               OrderCount(void) const;
   void              OrderAt(const int index, OrderFact &fact) const;
   int               DealCount(void) const;
   void              DealAt(const int index, DealFact &fact) const;
   // The position that carries `magic`; false if there is none.
   bool              PositionOf(const ulong magic, PositionFact &fact) const;
   bool              OrderOf(const ulong ticket, OrderFact &fact) const;
   // The broker's moment of the earliest thing of `magic`; 0 if there is nothing.
   long              EarliestMs(const ulong magic) const;
   // Whether anything at all of `magic` was seen.
   bool              HasTrace(const ulong magic) const;
  };

BrokerFacts::BrokerFacts(void)
  {
   m_positionCount = 0;
   m_orderCount = 0;
   m_dealCount = 0;
  }

void BrokerFacts::ClearPositions(void)
  {
   m_positionCount = 0;
  }

void BrokerFacts::ClearHistory(void)
  {
   m_orderCount = 0;
   m_dealCount = 0;
  }

void BrokerFacts::AddPosition(const PositionFact &fact)
  {
   ArrayResize(m_positions, m_positionCount + 1, 64);
   m_positions[m_positionCount] = fact;
   m_positionCount++;
  }

void BrokerFacts::AddOrder(const OrderFact &fact)
  {
   for(int i = 0; i < m_orderCount; i++)
     {
      if(m_orders[i].ticket != fact.ticket)
         continue;
      // Seen active first and in history then: history came later and is final.
      if(!fact.active)
         m_orders[i] = fact;
      return;
     }
   ArrayResize(m_orders, m_orderCount + 1, 64);
   m_orders[m_orderCount] = fact;
   m_orderCount++;
  }

void BrokerFacts::AddDeal(const DealFact &fact)
  {
   if(HasDeal(fact.ticket))
      return;
   ArrayResize(m_deals, m_dealCount + 1, 64);
   m_deals[m_dealCount] = fact;
   m_dealCount++;
  }

bool BrokerFacts::HasDeal(const ulong ticket) const
  {
   for(int i = 0; i < m_dealCount; i++)
      if(m_deals[i].ticket == ticket)
         return(true);
   return(false);
  }

void BrokerFacts::SortDeals(void)
  {
   for(int i = 1; i < m_dealCount; i++)
     {
      DealFact fact = m_deals[i];
      int place = i - 1;
      while(place >= 0 && m_deals[place].ticket > fact.ticket)
        {
         m_deals[place + 1] = m_deals[place];
         place--;
        }
      m_deals[place + 1] = fact;
     }
  }

int BrokerFacts::PositionCount(void) const
  {
   return(m_positionCount);
  }

void BrokerFacts::PositionAt(const int index, PositionFact &fact) const
  {
   fact = m_positions[index];
  }

int BrokerFacts::OrderCount(void) const
  {
   return(m_orderCount);
  }

void BrokerFacts::OrderAt(const int index, OrderFact &fact) const
  {
   fact = m_orders[index];
  }

int BrokerFacts::DealCount(void) const
  {
   return(m_dealCount);
  }

void BrokerFacts::DealAt(const int index, DealFact &fact) const
  {
   fact = m_deals[index];
  }

bool BrokerFacts::PositionOf(const ulong magic, PositionFact &fact) const
  {
   for(int i = 0; i < m_positionCount; i++)
     {
      if(m_positions[i].magic != magic)
         continue;
      fact = m_positions[i];
      return(true);
     }
   return(false);
  }

bool BrokerFacts::OrderOf(const ulong ticket, OrderFact &fact) const
  {
   for(int i = 0; i < m_orderCount; i++)
     {
      if(m_orders[i].ticket != ticket)
         continue;
      fact = m_orders[i];
      return(true);
     }
   return(false);
  }

long BrokerFacts::EarliestMs(const ulong magic) const
  {
   long earliest = 0;
   for(int i = 0; i < m_orderCount; i++)
      if(m_orders[i].magic == magic && (earliest == 0 || m_orders[i].setupMs < earliest))
         earliest = m_orders[i].setupMs;
   for(int i = 0; i < m_positionCount; i++)
      if(m_positions[i].magic == magic && (earliest == 0 || m_positions[i].openedMs < earliest))
         earliest = m_positions[i].openedMs;
   return(earliest);
  }

bool BrokerFacts::HasTrace(const ulong magic) const
  {
   PositionFact position;
   if(PositionOf(magic, position))
      return(true);
   for(int i = 0; i < m_orderCount; i++)
      if(m_orders[i].magic == magic)
         return(true);
   for(int i = 0; i < m_dealCount; i++)
      if(m_deals[i].magic == magic)
         return(true);
   return(false);
  }

#endif
