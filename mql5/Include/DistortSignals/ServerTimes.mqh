//+------------------------------------------------------------------+
//| ServerTimes: between the broker's clock and UTC, at any moment.  |
//| A terminal knows by how much the two differ now; by how much     |
//| they did before the clocks were changed, a rule has to say.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_SERVERTIMES_MQH
#define DISTORTSIGNALS_SERVERTIMES_MQH

#include "Times.mqh"

#define DAYLIGHT_SECONDS 3600
#define SECONDS_OF_DAY   86400

class ServerTimes
  {
private:
   string            m_rule;          // none, us or eu
   bool              m_known;
   long              m_winterOffset;  // the broker's clock minus UTC while clocks are not put forward

public:
                     ServerTimes(void);
   void              Configure(const string rule);
   // Learns by how much the broker's clock is ahead of UTC now. False if that contradicts what it was first: around
   // a change of clocks the terminal may still go by the old time, or the rule is not the broker's.
   bool              Learn(const long offsetSeconds, const long utcSeconds);
   // A moment of the broker's clock; of the hour that comes twice in autumn it is the first.
   long              ToUtc(const long brokerSeconds) const;
   long              ToBroker(const long utcSeconds) const;

private:
   long              Ahead(const long utcSeconds) const;
   long              SundayFrom(const int year, const int month, const int day) const;
  };

ServerTimes::ServerTimes(void)
  {
   m_rule = "none";
   m_known = false;
   m_winterOffset = 0;
  }

void ServerTimes::Configure(const string rule)
  {
   m_rule = rule;
  }

bool ServerTimes::Learn(const long offsetSeconds, const long utcSeconds)
  {
   long winterOffset = offsetSeconds - Ahead(utcSeconds);
   if(!m_known)
      m_winterOffset = winterOffset;
   m_known = true;
   return(winterOffset == m_winterOffset);
  }

long ServerTimes::ToUtc(const long brokerSeconds) const
  {
   long winter = brokerSeconds - m_winterOffset;
   return(Ahead(winter - DAYLIGHT_SECONDS) > 0 ? winter - DAYLIGHT_SECONDS : winter);
  }

long ServerTimes::ToBroker(const long utcSeconds) const
  {
   return(utcSeconds + m_winterOffset + Ahead(utcSeconds));
  }

// Seconds by which clocks are put forward.
long ServerTimes::Ahead(const long utcSeconds) const
  {
   MqlDateTime parts;
   TimeToStruct((datetime)utcSeconds, parts);
   long begins = utcSeconds + 1;
   long ends = 0;
   // New York changes at two o'clock of its own time, Europe at one o'clock UTC everywhere.
   if(m_rule == "us")
     {
      begins = SundayFrom(parts.year, 3, 8) + 7 * 3600;
      ends = SundayFrom(parts.year, 11, 1) + 6 * 3600;
     }
   if(m_rule == "eu")
     {
      begins = SundayFrom(parts.year, 3, 25) + 3600;
      ends = SundayFrom(parts.year, 10, 25) + 3600;
     }
   return((utcSeconds >= begins && utcSeconds < ends) ? DAYLIGHT_SECONDS : 0);
  }

// The first Sunday from a date on, in seconds since 1970; that year began on a Thursday.
long ServerTimes::SundayFrom(const int year, const int month, const int day) const
  {
   long days = Times::DaysSince1970(year, month, day);
   return((days + (10 - days % 7) % 7) * SECONDS_OF_DAY);
  }

#endif
