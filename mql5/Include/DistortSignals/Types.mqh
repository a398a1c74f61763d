//+------------------------------------------------------------------+
//| Types: the words that all parts of the officer share.            |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_TYPES_MQH
#define DISTORTSIGNALS_TYPES_MQH

#define OFFICER_VERSION   "1.0.0"
// Server and officer refuse each other if this differs.
#define CONTRACT_VERSION  "1"
// "DS" in ASCII, above the 40 bits of the directive number.
#define MAGIC_PREFIX      0x4453
#define MAGIC_BITS        40

enum EDirectiveAction
  {
   DIRECTIVE_OPEN   = 1,
   DIRECTIVE_CLOSE  = 2,
   DIRECTIVE_MODIFY = 3
  };

enum EDirectiveOrder
  {
   DIRECTIVE_MARKET = 1,
   DIRECTIVE_LIMIT  = 2,
   DIRECTIVE_STOP   = 3
  };

// Where one directive stands. Journaled by name, see Phases.mqh.
enum EPhase
  {
   PHASE_RECEIVED = 1,   // polled, perhaps acknowledged; provably not sent
   PHASE_GRANTED  = 2,   // acknowledged; provably not sent
   PHASE_SENDING  = 3,   // OrderSend may have been called: without a result the outcome is unknown
   PHASE_ACCEPTED = 4,   // the broker said yes; its traces are looked for
   PHASE_UNKNOWN  = 5,   // nobody knows; its traces are looked for
   PHASE_LIVE     = 6,   // traces found and reported; its order or position is followed
   PHASE_ABSENT   = 7,   // reported as absent; watched in case it turns up after all
   PHASE_OVER     = 8    // nothing more can come of it
  };

// A decimal or an identifier that is null in a message is "" here.
struct Directive
  {
   string            directiveId;
   long              directiveNo;
   string            signalId;
   string            strategyId;
   string            symbol;            // the ledger's name, see SymbolMap
   string            createdAt;
   string            accountId;
   EDirectiveAction  action;
   bool              isBuy;             // the side of the position, never of a closing order
   EDirectiveOrder   orderKind;
   string            volumeLots;        // decimals stay text: exact to the digit
   string            price;
   string            stopLoss;
   string            takeProfit;
   long              maxSlippagePoints;
   long              targetDirectiveNo; // 0 for none
   long              priority;
   string            issuedAt;
   string            expiresAt;
  };

struct ExecutionEvent
  {
   string            eventId;
   string            directiveId;
   string            kind;
   string            status;
   string            orderTicket;
   string            dealTicket;
   string            positionId;
   string            price;
   string            volumeLots;
   string            commission;
   string            swap;
   string            profit;
   string            reason;
   long              retcode;           // -1 for none
   string            code;
   string            message;
   string            occurredAt;
   string            referencesEventId;
  };

struct OrderFact
  {
   ulong             ticket;
   ulong             magic;
   long              kind;              // ENUM_ORDER_TYPE
   long              state;             // ENUM_ORDER_STATE
   long              reason;            // ENUM_ORDER_REASON
   bool              active;            // still in the list of active orders
   string            symbol;
   double            volumeInitial;
   double            volumeCurrent;
   double            price;
   long              setupMs;           // the broker's clock
   long              doneMs;
   ulong             positionId;
  };

struct DealFact
  {
   ulong             ticket;
   ulong             orderTicket;
   ulong             magic;
   ulong             positionId;
   long              entry;             // ENUM_DEAL_ENTRY
   long              reason;            // ENUM_DEAL_REASON
   string            symbol;
   double            price;
   double            volume;
   double            commission;        // with the fee
   double            swap;
   double            profit;
   double            stopLoss;          // of a closing deal: what the position had then
   double            takeProfit;
   long              timeMs;            // the broker's clock
  };

struct PositionFact
  {
   ulong             ticket;            // changes over a position's life; for requests only
   ulong             identifier;        // never changes
   ulong             magic;
   string            symbol;
   bool              isBuy;
   double            volume;
   double            openPrice;
   double            stopLoss;
   double            takeProfit;
   double            profit;
   double            swap;
   long              openedMs;          // the broker's clock
  };

// The inputs, checked.
struct OfficerSettings
  {
   string            serverUrl;
   string            apiKey;
   string            symbolPrefix;
   string            symbolSuffix;
   int               pollSeconds;
   int               maxDirectives;
   int               graceSeconds;
   int               resolveSeconds;
   int               timeoutMs;
   string            serverDaylightSaving;  // us, eu or none
   bool              alerts;
  };

#endif
