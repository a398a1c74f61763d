// References exist only as parameters.
void OnStart()
  {
   int number = 1;
   int &same = number;
   Print(same);
  }
