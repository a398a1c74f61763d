// A bracket is never closed.
void OnStart()
  {
   Print((1 + 2);
  }
