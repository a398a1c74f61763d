//+------------------------------------------------------------------+
//| Backoff: how long to leave something alone after it failed.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_BACKOFF_MQH
#define DISTORTSIGNALS_BACKOFF_MQH

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MOST_MS  60000

class Backoff
  {
private:
   int               m_failures;
   ulong             m_notBefore;

public:
                     Backoff(void);
   bool              IsReady(const ulong tick) const;
   int               Failures(void) const;
   ulong             NotBefore(void) const;
   void              Succeed(void);
   // Waits twice as long after each failure, and `leastMs` at least (what the server asked for).
   void              Fail(const ulong tick, const int leastMs);
   static int        DelayMs(const int failures, const int chance);
  };

Backoff::Backoff(void)
  {
   m_failures = 0;
   m_notBefore = 0;
  }

bool Backoff::IsReady(const ulong tick) const
  {
   return(tick >= m_notBefore);
  }

int Backoff::Failures(void) const
  {
   return(m_failures);
  }

ulong Backoff::NotBefore(void) const
  {
   return(m_notBefore);
  }

void Backoff::Succeed(void)
  {
   m_failures = 0;
   m_notBefore = 0;
  }

void Backoff::Fail(const ulong tick, const int leastMs)
  {
   m_failures++;
   int delay = DelayMs(m_failures, MathRand());
   if(delay < leastMs)
      delay = leastMs;
   m_notBefore = tick + (ulong)delay;
  }

// `chance` is a number from 0 to 32767: officers that failed together must not come back together.
int Backoff::DelayMs(const int failures, const int chance)
  {
   int whole = BACKOFF_FIRST_MS;
   for(int i = 1; i < failures && whole < BACKOFF_MOST_MS; i++)
      whole = whole * 2;
   if(whole > BACKOFF_MOST_MS)
      whole = BACKOFF_MOST_MS;
   int half = whole / 2;
   return(half + (int)((long)half * chance / 32767));
  }

#endif
