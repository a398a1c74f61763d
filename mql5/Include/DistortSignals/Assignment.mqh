//+------------------------------------------------------------------+
//| Assignment: one directive and what this officer knows of it.     |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_ASSIGNMENT_MQH
#define DISTORTSIGNALS_ASSIGNMENT_MQH

#include "DirectiveCodec.mqh"
#include "Magic.mqh"
#include "Phases.mqh"

class Assignment
  {
public:
   // Journaled: the same after any restart. Only Book changes them.
   Directive         directive;
   EPhase            phase;
   bool              takeover;         // taken from an instance that may have sent an order
   int               attempts;         // how often SENDING was journaled
   int               fillingTries;     // filling modes the broker has refused
   long              retcode;          // of the last attempt, -1 for none
   bool              unknownReported;
   string            absentAt;         // when it was reported as absent
   string            positions;        // "|id|id|": the positions that its fills opened
   string            serverStatus;     // as the last report answer said

   // Not journaled: made anew after a restart.
   bool              grantHeld;        // granted in this run
   ulong             grantTick;        // when that grant was asked for
   ulong             notBefore;        // tick before which it is left alone
   string            waitingFor;
   ulong             absentMs;         // how long it has been looked for in vain, broker in sight throughout
   bool              lookCounted;      // whether lookTick is set
   ulong             lookTick;
   bool              ordersFinal;      // its own orders are done: only its position is left to follow
   double            followedVolume;   // of its positions when their history was last read; -1: never
   int               partialLooks;     // looks at deals that do not add up yet
   string            settledElsewhere; // its status, where a poll said that it waits for nothing any more

                     Assignment(void);
   bool              IsOpen(void) const;
   bool              IsClose(void) const;
   ulong             MagicNumber(void) const;
   bool              HasPosition(const ulong identifier) const;
   int               PositionIds(ulong &identifiers[]) const;
   string            Title(void) const;
  };

Assignment::Assignment(void)
  {
   DirectiveCodec::Clear(directive);
   phase = PHASE_RECEIVED;
   takeover = false;
   attempts = 0;
   fillingTries = 0;
   retcode = -1;
   unknownReported = false;
   absentAt = "";
   positions = "|";
   serverStatus = "";
   grantHeld = false;
   grantTick = 0;
   notBefore = 0;
   waitingFor = "";
   absentMs = 0;
   lookCounted = false;
   lookTick = 0;
   ordersFinal = false;
   followedVolume = -1.0;
   partialLooks = 0;
   settledElsewhere = "";
  }

bool Assignment::IsOpen(void) const
  {
   return(directive.action == DIRECTIVE_OPEN);
  }

bool Assignment::IsClose(void) const
  {
   return(directive.action == DIRECTIVE_CLOSE);
  }

ulong Assignment::MagicNumber(void) const
  {
   return(Magic::Of(directive.directiveNo));
  }

bool Assignment::HasPosition(const ulong identifier) const
  {
   return(StringFind(positions, "|" + Numbers::Unsigned(identifier) + "|") >= 0);
  }

int Assignment::PositionIds(ulong &identifiers[]) const
  {
   string parts[];
   int count = 0;
   int pieces = StringSplit(positions, '|', parts);
   ArrayResize(identifiers, 0);
   for(int i = 0; i < pieces; i++)
     {
      ulong identifier = 0;
      if(!Numbers::ParseUnsigned(parts[i], identifier))
         continue;
      ArrayResize(identifiers, count + 1);
      identifiers[count] = identifier;
      count++;
     }
   return(count);
  }

string Assignment::Title(void) const
  {
   return("DS " + IntegerToString(directive.directiveNo) + " " + DirectiveCodec::ActionName(directive.action)
          + " " + directive.symbol);
  }

#endif
