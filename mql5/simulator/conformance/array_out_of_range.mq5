// An index outside the array stops the program.
void OnStart()
  {
   int values[3] = {1, 2, 3};
   for(int i = 0; i < 4; i++)
      Print(values[i]);
   Print("never reached");
  }
