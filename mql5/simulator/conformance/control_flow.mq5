// Loops, switch with fall-through, nested conditions, words that are keywords only in C++.
int Classify(const int value)
  {
   int score = 0;
   switch(value)
     {
      case 1:
      case 2:
         score += 10;
      case 3:
         score += 1;
         break;
      case -4:
         return -1;
      default:
         score = 99;
     }
   return score;
  }
void OnStart()
  {
   Print(Classify(1), " ", Classify(3), " ", Classify(-4), " ", Classify(7));
   int total = 0;
   for(int i = 0, j = 10; i < j; i++, j--)
     {
      if(i == 2)
         continue;
      total += j;
     }
   Print(total);
   int n = 0;
   while(true)
     {
      if(++n > 4)
         break;
     }
   do
      n *= 2;
   while(n < 50);
   Print(n);
   int namespace = 1, try = 2, signed = 3;
   int register[2] = {4, 5};
   Print(namespace + try + signed + register[1]);
   for(int i = 0; i < 2; i++)
      for(int k = 0; k < 2; k++)
         if(i == k)
            Print(i, k);
         else
            Print("-");
   string text = n > 10 ? n > 100 ? "huge" : "big" : "small";
   Print(text, " ", !(n > 10) || n == 80 && true);
  }
