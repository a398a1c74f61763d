//+------------------------------------------------------------------+
//| ReturnCodes: what each answer of the trade server means for the  |
//| directive (protocol version 1, "Return codes").                  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_RETURNCODES_MQH
#define DISTORTSIGNALS_RETURNCODES_MQH

enum EAnswer
  {
   ANSWER_DONE      = 1,   // accepted: its traces will tell
   ANSWER_AMBIGUOUS = 2,   // may have been executed: look, never send again
   ANSWER_REPRICE   = 3,   // not executed: again with a fresh price
   ANSWER_REFILL    = 4,   // not executed: again with another filling mode
   ANSWER_WAIT      = 5,   // not executed: again later, within the expiry
   ANSWER_FINAL     = 6    // refused for good
  };

class ReturnCodes
  {
public:
   // `retcode` 0 is an answer without a code, whatever OrderSend returned: it must not be taken for a refusal.
   static EAnswer    Classify(const uint retcode, const bool modifying);
   // A stable word for events, such as no_money.
   static string     Code(const uint retcode);

private:
   static bool       IsKnown(const uint retcode);
  };

EAnswer ReturnCodes::Classify(const uint retcode, const bool modifying)
  {
   switch(retcode)
     {
      case TRADE_RETCODE_PLACED:
      case TRADE_RETCODE_DONE:
      case TRADE_RETCODE_DONE_PARTIAL:
         return(ANSWER_DONE);
      case TRADE_RETCODE_NO_CHANGES:
         return(modifying ? ANSWER_DONE : ANSWER_FINAL);
      case TRADE_RETCODE_ERROR:
      case TRADE_RETCODE_TIMEOUT:
      case TRADE_RETCODE_CONNECTION:
         return(ANSWER_AMBIGUOUS);
      case TRADE_RETCODE_REQUOTE:
      case TRADE_RETCODE_PRICE_CHANGED:
      case TRADE_RETCODE_PRICE_OFF:
         return(ANSWER_REPRICE);
      case TRADE_RETCODE_INVALID_FILL:
         return(ANSWER_REFILL);
      case TRADE_RETCODE_TRADE_DISABLED:
      case TRADE_RETCODE_MARKET_CLOSED:
      case TRADE_RETCODE_TOO_MANY_REQUESTS:
      case TRADE_RETCODE_SERVER_DISABLES_AT:
      case TRADE_RETCODE_CLIENT_DISABLES_AT:
      case TRADE_RETCODE_LOCKED:
      case TRADE_RETCODE_FROZEN:
         return(ANSWER_WAIT);
      default:
         break;
     }
   return(IsKnown(retcode) ? ANSWER_FINAL : ANSWER_AMBIGUOUS);
  }

bool ReturnCodes::IsKnown(const uint retcode)
  {
   // 10005 and 10037 are not documented.
   return(retcode >= 10004 && retcode <= 10046 && retcode != 10005 && retcode != 10037);
  }

string ReturnCodes::Code(const uint retcode)
  {
   switch(retcode)
     {
      case TRADE_RETCODE_REQUOTE:
         return("requote");
      case TRADE_RETCODE_REJECT:
         return("rejected_by_broker");
      case TRADE_RETCODE_CANCEL:
         return("cancelled_by_trader");
      case TRADE_RETCODE_INVALID:
         return("invalid_request");
      case TRADE_RETCODE_INVALID_VOLUME:
         return("invalid_volume");
      case TRADE_RETCODE_INVALID_PRICE:
         return("invalid_price");
      case TRADE_RETCODE_INVALID_STOPS:
         return("invalid_stops");
      case TRADE_RETCODE_TRADE_DISABLED:
         return("trade_disabled");
      case TRADE_RETCODE_MARKET_CLOSED:
         return("market_closed");
      case TRADE_RETCODE_NO_MONEY:
         return("no_money");
      case TRADE_RETCODE_PRICE_CHANGED:
         return("price_changed");
      case TRADE_RETCODE_PRICE_OFF:
         return("no_quotes");
      case TRADE_RETCODE_INVALID_EXPIRATION:
         return("invalid_expiration");
      case TRADE_RETCODE_ORDER_CHANGED:
         return("order_changed");
      case TRADE_RETCODE_TOO_MANY_REQUESTS:
         return("too_many_requests");
      case TRADE_RETCODE_NO_CHANGES:
         return("no_changes");
      case TRADE_RETCODE_SERVER_DISABLES_AT:
         return("autotrading_disabled_by_server");
      case TRADE_RETCODE_CLIENT_DISABLES_AT:
         return("autotrading_disabled_by_terminal");
      case TRADE_RETCODE_INVALID_FILL:
         return("invalid_filling");
      case TRADE_RETCODE_LIMIT_ORDERS:
         return("too_many_orders");
      case TRADE_RETCODE_LIMIT_VOLUME:
         return("volume_limit_reached");
      case TRADE_RETCODE_POSITION_CLOSED:
         return("position_already_closed");
      case TRADE_RETCODE_LIMIT_POSITIONS:
         return("too_many_positions");
      default:
         break;
     }
   return("retcode_" + IntegerToString((long)retcode));
  }

#endif
