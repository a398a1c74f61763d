// Loops count.
void OnStart()
  {
   int values[] = {1, 2};
   for(int value : values)
      Print(value);
  }
