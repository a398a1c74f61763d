// Structures are passed by reference.
struct Point
  {
   double            x;
  };
double Twice(Point point)
  {
   return point.x * 2;
  }
