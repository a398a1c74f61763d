// Structures: values, copies, methods, nesting, parameters by reference.
struct Point
  {
   double            x;
   double            y;
   double            Length() const { return MathSqrt(x * x + y * y); }
   void              Move(const double dx) { x += dx; }
  };
struct Named : public Point
  {
   string            name;
   datetime          at;
  };
struct Pair
  {
   Named             left;
   Named             right;
                     Pair() { left.name = "left"; right.name = "right"; }
  };
void Shift(Point &point, const double dx)
  {
   point.x += dx;
  }
Named Make(const string name)
  {
   Named made = {};
   made.name = name;
   return made;
  }
bool operator_less(const Point &a, const Point &b)
  {
   return a.x < b.x;
  }
void OnStart()
  {
   Point first = {3.0, 4.0};
   Point second = first;
   second.Move(1);
   Shift(first, 2);
   Print(first.x, " ", second.x, " ", second.y, " ", operator_less(second, first), " ", second.Length() > 5.6);
   Pair pair;
   pair.left.x = 1;
   pair.right = pair.left;
   pair.left.name = "changed";
   Print(pair.left.name, " ", pair.right.name, " ", pair.right.x);
   Named made = Make("made");
   Print(made.name, " ", made.x, " ", (long)made.at);
   Point many[2] = {{1, 2}, {3, 4}};
   Print(many[1].y);
   MqlTradeRequest request = {};
   request.symbol = "EURUSD";
   request.volume = 0.1;
   MqlTradeRequest copy = request;
   ZeroMemory(request);
   Print(copy.symbol, " ", copy.volume, " ", request.symbol == NULL, " ", request.volume, " ", (int)copy.type);
  }
