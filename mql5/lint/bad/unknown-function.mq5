// Neither the program nor MetaTrader has this function.
void OnStart()
  {
   Print(StringContains("text", "x"));
  }
