//+------------------------------------------------------------------+
//| Phases: the names under which phases are journaled.              |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_PHASES_MQH
#define DISTORTSIGNALS_PHASES_MQH

#include "Types.mqh"

class Phases
  {
public:
   static string     Name(const EPhase phase);
   static bool       Parse(const string name, EPhase &phase);
   // Whether an order may exist that nothing has been reported of yet.
   static bool       IsSought(const EPhase phase);
   // Whether it is proven that no order was sent.
   static bool       IsUnsent(const EPhase phase);
  };

string Phases::Name(const EPhase phase)
  {
   switch(phase)
     {
      case PHASE_RECEIVED:
         return("received");
      case PHASE_GRANTED:
         return("granted");
      case PHASE_SENDING:
         return("sending");
      case PHASE_ACCEPTED:
         return("accepted");
      case PHASE_UNKNOWN:
         return("unknown");
      case PHASE_LIVE:
         return("live");
      case PHASE_ABSENT:
         return("absent");
      default:
         break;
     }
   return("over");
  }

bool Phases::Parse(const string name, EPhase &phase)
  {
   for(int i = (int)PHASE_RECEIVED; i <= (int)PHASE_OVER; i++)
     {
      if(Name((EPhase)i) == name)
        {
         phase = (EPhase)i;
         return(true);
        }
     }
   return(false);
  }

bool Phases::IsSought(const EPhase phase)
  {
   return(phase == PHASE_SENDING || phase == PHASE_ACCEPTED || phase == PHASE_UNKNOWN);
  }

bool Phases::IsUnsent(const EPhase phase)
  {
   return(phase == PHASE_RECEIVED || phase == PHASE_GRANTED);
  }

#endif
