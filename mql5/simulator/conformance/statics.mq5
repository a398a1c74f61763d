// Static locals keep their value between calls; each function has its own.
int Next()
  {
   static int counter = 10;
   return ++counter;
  }
string Collect(const string part)
  {
   static string all = "";
   static int sizes[2] = {0, 0};
   all += part;
   sizes[0]++;
   sizes[1] += StringLen(part);
   return all + " " + IntegerToString(sizes[0]) + " " + IntegerToString(sizes[1]);
  }
class Counter
  {
public:
   int               Step() { static int steps = 0; steps += 5; return steps; }
  };
void OnStart()
  {
   Next();
   Next();
   Print(Next());
   Collect("a");
   Print(Collect("bc"));
   Counter first;
   Counter second;
   first.Step();
   Print(second.Step());
  }
