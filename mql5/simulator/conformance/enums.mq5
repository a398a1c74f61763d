// Enumerations: values, names, casts, switch.
enum Phase
  {
   PHASE_NONE,
   PHASE_OPEN = 5,
   PHASE_CLOSED,
  };
string Name(const Phase phase)
  {
   switch(phase)
     {
      case PHASE_NONE:
         return "none";
      case PHASE_OPEN:
        {
         string text = "op";
         return text + "en";
        }
      default:
         break;
     }
   return "other";
  }
void OnStart()
  {
   Phase phase = PHASE_CLOSED;
   Print((int)phase, " ", EnumToString(phase), " ", EnumToString((Phase)5), " ", EnumToString((Phase)9));
   Print(Name(PHASE_NONE), " ", Name((Phase)5), " ", Name(phase));
   int number = phase;
   Print(number + 1, " ", phase == PHASE_CLOSED, " ", (Phase)number == phase);
   ENUM_ORDER_TYPE type = ORDER_TYPE_SELL_STOP_LIMIT;
   Print(EnumToString(type), " ", (int)type, " ", (int)ORDER_FILLING_BOC, " ", EnumToString(DEAL_REASON_SL), " ", (int)DEAL_ENTRY_OUT_BY);
   Print((int)TRADE_ACTION_DEAL, (int)TRADE_ACTION_PENDING, (int)TRADE_ACTION_CLOSE_BY, " ", TRADE_RETCODE_DONE, " ", TRADE_RETCODE_INVALID_FILL);
  }
