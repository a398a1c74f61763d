// Casts between numbers, booleans, strings and enumerations; short-circuit logic; the ternary operator.
int g_calls = 0;
bool Called(const bool result)
  {
   g_calls++;
   return result;
  }
void OnStart()
  {
   bool both = Called(false) && Called(true);
   bool either = Called(true) || Called(false);
   Print(both, " ", either, " ", g_calls);
   double price = 1.10005;
   int points = (int)MathRound(price / 0.00001);
   Print(points, " ", (long)price, " ", (float)0.5, " ", (double)7 / 2);
   color shade = C'255,128,0';
   Print((uint)shade, " ", shade == (color)0x0080FF);
   ulong ticket = 18446744073709551615;
   Print((long)ticket, " ", (ulong)(long)-1 == ticket, " ", (uint)ticket, " ", (ushort)ticket, " ", (uchar)ticket);
   string text = (string)points + "/" + (string)(points > 5) + "/" + (string)ORDER_TYPE_SELL;
   Print(text, " ", (bool)"true", " ", (bool)"0", " ", (long)"0x10");
   int grade = points > 100 ? 2 : points > 50 ? 1 : 0;
   Print(grade, " ", sizeof(int), sizeof(long), sizeof(ushort), sizeof(double));
  }
