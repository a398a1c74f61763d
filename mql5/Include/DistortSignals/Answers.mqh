//+------------------------------------------------------------------+
//| Answers: what the server's answers hold, once they are checked.  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_ANSWERS_MQH
#define DISTORTSIGNALS_ANSWERS_MQH

#include "Types.mqh"

struct UnresolvedItem
  {
   Directive         directive;
   string            acknowledgedBy;
   bool              takeover;        // another instance holds it
  };

struct SettledItem
  {
   string            directiveId;
   string            status;          // "" if the server knows no such directive
  };

struct PollAnswer
  {
   long              serverMs;
   bool              halted;
   long              pollAfterMs;
   long              inFlight;
   Directive         directives[];
   UnresolvedItem    unresolved[];
   SettledItem       settled[];
  };

struct AckResult
  {
   string            directiveId;
   bool              granted;
   string            code;
   bool              takeover;
   Directive         directive;
  };

struct AckAnswer
  {
   long              serverMs;
   AckResult         results[];
  };

struct ReportResult
  {
   string            eventId;
   string            outcome;
   string            directiveStatus;
   string            anomalies;       // separated by spaces
  };

struct ReportAnswer
  {
   long              serverMs;
   ReportResult      results[];
  };

struct DiscrepancyItem
  {
   string            kind;
   long              directiveNo;
   string            positionId;
   string            symbol;
   string            expectedLots;
   string            actualLots;
  };

// The directive behind a magic number.
struct IdentityItem
  {
   long              directiveNo;
   string            directiveId;
   string            status;
  };

// Bars that strategies read from this account: the newest of one symbol and timeframe.
struct WantedBarsItem
  {
   string            symbol;
   string            timeframe;
   int               count;
   long              newestMs;        // when the newest stored bar opened, UTC; 0: none is stored
  };

struct SyncAnswer
  {
   long              serverMs;
   IdentityItem      identities[];
   DiscrepancyItem   discrepancies[];
   WantedBarsItem    wantedBars[];
   string            wantedUnread;    // why they are not understood, "" if they are
  };

struct BarsAnswer
  {
   long              serverMs;
   long              recorded;
   int               restated;        // how many were stored with other numbers before
  };

#endif
