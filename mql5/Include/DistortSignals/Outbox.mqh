//+------------------------------------------------------------------+
//| Outbox: the events that the server has not confirmed yet, and    |
//| the ids of all events that were ever made, so that no fact is    |
//| made into two.                                                   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_OUTBOX_MQH
#define DISTORTSIGNALS_OUTBOX_MQH

#include "Types.mqh"

class Outbox
  {
private:
   ExecutionEvent    m_events[];
   long              m_eventNos[];
   ulong             m_notBefore[];    // tick before which a refused event is left alone
   int               m_count;
   string            m_made[];
   long              m_madeNos[];
   int               m_madeCount;

public:
                     Outbox(void);
   void              Clear(void);
   void              Add(const long directiveNo, const ExecutionEvent &event);
   void              AddMade(const long directiveNo, const string eventId);
   bool              WasMade(const string eventId) const;
   int               Count(void) const;
   int               CountOf(const long directiveNo) const;
   void              EventAt(const int index, ExecutionEvent &event) const;
   long              DirectiveNoAt(const int index) const;
   bool              IsReadyAt(const int index, const ulong tick) const;
   void              Delay(const string eventId, const ulong notBefore);
   void              Remove(const string eventId);
   void              Forget(const long directiveNo);
   int               MadeCount(void) const;
   string            MadeAt(const int index) const;
   long              MadeNoAt(const int index) const;
   bool              IsPending(const string eventId) const;

private:
   int               Find(const string eventId) const;
  };

Outbox::Outbox(void)
  {
   m_count = 0;
   m_madeCount = 0;
  }

void Outbox::Clear(void)
  {
   m_count = 0;
   m_madeCount = 0;
  }

void Outbox::Add(const long directiveNo, const ExecutionEvent &event)
  {
   AddMade(directiveNo, event.eventId);
   if(Find(event.eventId) >= 0)
      return;
   ArrayResize(m_events, m_count + 1, 64);
   ArrayResize(m_eventNos, m_count + 1, 64);
   ArrayResize(m_notBefore, m_count + 1, 64);
   m_events[m_count] = event;
   m_eventNos[m_count] = directiveNo;
   m_notBefore[m_count] = 0;
   m_count++;
  }

void Outbox::AddMade(const long directiveNo, const string eventId)
  {
   if(WasMade(eventId))
      return;
   ArrayResize(m_made, m_madeCount + 1, 256);
   ArrayResize(m_madeNos, m_madeCount + 1, 256);
   m_made[m_madeCount] = eventId;
   m_madeNos[m_madeCount] = directiveNo;
   m_madeCount++;
  }

bool Outbox::WasMade(const string eventId) const
  {
   for(int i = 0; i < m_madeCount; i++)
      if(m_made[i] == eventId)
         return(true);
   return(false);
  }

int Outbox::Count(void) const
  {
   return(m_count);
  }

int Outbox::CountOf(const long directiveNo) const
  {
   int count = 0;
   for(int i = 0; i < m_count; i++)
      if(m_eventNos[i] == directiveNo)
         count++;
   return(count);
  }

void Outbox::EventAt(const int index, ExecutionEvent &event) const
  {
   event = m_events[index];
  }

long Outbox::DirectiveNoAt(const int index) const
  {
   return(m_eventNos[index]);
  }

bool Outbox::IsReadyAt(const int index, const ulong tick) const
  {
   return(tick >= m_notBefore[index]);
  }

void Outbox::Delay(const string eventId, const ulong notBefore)
  {
   int place = Find(eventId);
   if(place >= 0)
      m_notBefore[place] = notBefore;
  }

void Outbox::Remove(const string eventId)
  {
   int place = Find(eventId);
   if(place < 0)
      return;
   // One by one: the order in which things happened stays.
   for(int i = place; i < m_count - 1; i++)
     {
      m_events[i] = m_events[i + 1];
      m_eventNos[i] = m_eventNos[i + 1];
      m_notBefore[i] = m_notBefore[i + 1];
     }
   m_count--;
  }

void Outbox::Forget(const long directiveNo)
  {
   int kept = 0;
   for(int i = 0; i < m_madeCount; i++)
     {
      if(m_madeNos[i] == directiveNo)
         continue;
      m_made[kept] = m_made[i];
      m_madeNos[kept] = m_madeNos[i];
      kept++;
     }
   m_madeCount = kept;
  }

int Outbox::MadeCount(void) const
  {
   return(m_madeCount);
  }

string Outbox::MadeAt(const int index) const
  {
   return(m_made[index]);
  }

long Outbox::MadeNoAt(const int index) const
  {
   return(m_madeNos[index]);
  }

bool Outbox::IsPending(const string eventId) const
  {
   return(Find(eventId) >= 0);
  }

int Outbox::Find(const string eventId) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_events[i].eventId == eventId)
         return(i);
   return(-1);
  }

#endif
