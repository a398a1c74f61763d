// The size of an array is a constant; ArrayResize is for the rest.
void Fill(const int count)
  {
   int values[count];
   Print(ArraySize(values));
  }
