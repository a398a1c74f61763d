//+------------------------------------------------------------------+
//| Clock: the ledger's time, carried on by the monotonic tick       |
//| count: neither the PC's clock nor its adjustments matter.        |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_CLOCK_MQH
#define DISTORTSIGNALS_CLOCK_MQH

#include "Times.mqh"

// Brokers' clocks differ from UTC by whole quarters of an hour; the rest is latency.
#define OFFSET_STEP_SECONDS 900

class Clock
  {
private:
   bool              m_set;
   long              m_serverMs;
   ulong             m_tick;

public:
                     Clock(void);
   bool              IsSet(void) const;
   // `sentTick` is the tick before the request left: so the estimate is early by no answer's delay and a
   // directive is given up rather too soon than too late.
   void              Set(const long serverMs, const ulong sentTick);
   long              NowMs(void) const;
   string            NowText(void) const;
   bool              HasPassed(const string timestamp) const;
   // The broker's clock minus UTC; false while the terminal does not know the broker's time.
   bool              BrokerOffset(long &seconds) const;
   // A moment of the broker's clock as a UTC timestamp.
   string            BrokerText(const long brokerMs, const long offsetSeconds) const;
  };

Clock::Clock(void)
  {
   m_set = false;
   m_serverMs = 0;
   m_tick = 0;
  }

bool Clock::IsSet(void) const
  {
   return(m_set);
  }

void Clock::Set(const long serverMs, const ulong sentTick)
  {
   m_set = true;
   m_serverMs = serverMs;
   m_tick = sentTick;
  }

long Clock::NowMs(void) const
  {
   return(m_serverMs + (long)(GetTickCount64() - m_tick));
  }

string Clock::NowText(void) const
  {
   return(Times::Text(NowMs()));
  }

bool Clock::HasPassed(const string timestamp) const
  {
   if(StringLen(timestamp) == 0)
      return(false);
   long milliseconds = 0;
   if(!Times::Parse(timestamp, milliseconds))
      return(true);
   return(NowMs() >= milliseconds);
  }

bool Clock::BrokerOffset(long &seconds) const
  {
   seconds = 0;
   long broker = (long)TimeTradeServer();
   if(!m_set || broker <= 0)
      return(false);
   long difference = broker - NowMs() / 1000;
   long half = (difference >= 0) ? OFFSET_STEP_SECONDS / 2 : -(OFFSET_STEP_SECONDS / 2);
   seconds = (difference + half) / OFFSET_STEP_SECONDS * OFFSET_STEP_SECONDS;
   return(seconds >= -86400 && seconds <= 86400);
  }

string Clock::BrokerText(const long brokerMs, const long offsetSeconds) const
  {
   return(Times::Text(brokerMs - offsetSeconds * 1000));
  }

#endif
