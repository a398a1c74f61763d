// Division by zero stops the program.
int Ratio(const int a, const int b)
  {
   return a / b;
  }
void OnStart()
  {
   Print(Ratio(7, 2));
   Print(Ratio(7, 0));
  }
