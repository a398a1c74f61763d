// The type of a variable is always written.
void OnStart()
  {
   auto number = 3;
   Print(number);
  }
