// MQL5 evaluates the last argument first.
int Next(int &number)
  {
   number++;
   return number;
  }
void OnStart()
  {
   int number = 0;
   Print(Next(number), Next(number));
  }
