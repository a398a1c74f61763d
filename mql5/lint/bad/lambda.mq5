// Functions have names.
void OnStart()
  {
   Print([](int x) { return x + 1; });
  }
