// The symbol's mask of filling modes is not the order's filling mode.
void OnStart()
  {
   ENUM_ORDER_TYPE_FILLING filling = (ENUM_ORDER_TYPE_FILLING)SymbolInfoInteger("EURUSD", SYMBOL_FILLING_MODE);
   Print(EnumToString(filling));
  }
