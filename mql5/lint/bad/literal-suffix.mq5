// Suffixes of numbers do not exist.
void OnStart()
  {
   long big = 5000000000L;
   Print(big);
  }
