// A 64-bit number in %d is cut off in MetaTrader; here it stops the program.
void OnStart()
  {
   long ticket = 5000000000;
   Print(StringFormat("%d", 5));
   Print(StringFormat("%d", ticket));
  }
