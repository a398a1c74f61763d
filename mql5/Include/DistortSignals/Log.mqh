//+------------------------------------------------------------------+
//| Log: one line per happening in the Experts tab, and alerts for   |
//| what a person must see, each once.                               |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_LOG_MQH
#define DISTORTSIGNALS_LOG_MQH

// The same alert may come again after this long: a fault that lasts all day should not be seen only once.
#define ALERT_AGAIN_MS 3600000
#define ALERTS_KEPT    64

class Log
  {
private:
   bool              m_alerts;
   string            m_sentences[];
   ulong             m_ticks[];
   string            m_last;

public:
                     Log(void);
   void              AllowAlerts(const bool allowed);
   void              Note(const string sentence);
   // Notes it, and shows a window unless this very sentence was shown within the hour.
   void              Warn(const string sentence);
   string            Last(void) const;

private:
   bool              Remember(const string sentence);
  };

Log::Log(void)
  {
   m_alerts = true;
   m_last = "";
  }

void Log::AllowAlerts(const bool allowed)
  {
   m_alerts = allowed;
  }

void Log::Note(const string sentence)
  {
   m_last = sentence;
   Print("DistortSignals: ", sentence);
  }

void Log::Warn(const string sentence)
  {
   if(!Remember(sentence))
      return;
   Note(sentence);
   if(m_alerts)
      Alert("DistortSignals: ", sentence);
  }

string Log::Last(void) const
  {
   return(m_last);
  }

bool Log::Remember(const string sentence)
  {
   ulong now = GetTickCount64();
   int count = ArraySize(m_sentences);
   for(int i = 0; i < count; i++)
     {
      if(m_sentences[i] != sentence)
         continue;
      if(now - m_ticks[i] < ALERT_AGAIN_MS)
         return(false);
      m_ticks[i] = now;
      return(true);
     }
   // The oldest makes room: memory must not grow with the number of faults.
   int place = count;
   if(count >= ALERTS_KEPT)
     {
      place = 0;
      for(int i = 1; i < count; i++)
         if(m_ticks[i] < m_ticks[place])
            place = i;
     }
   else
     {
      ArrayResize(m_sentences, count + 1);
      ArrayResize(m_ticks, count + 1);
     }
   m_sentences[place] = sentence;
   m_ticks[place] = now;
   return(true);
  }

#endif
