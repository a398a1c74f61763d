// Braces give a variable its first value, and nothing else.
struct Point
  {
   double            x;
  };
Point Origin()
  {
   return Point{0};
  }
