// Arrays are passed by reference.
int First(const int values[])
  {
   return values[0];
  }
