// The label of a case is a constant.
void Check(const int number, const int limit)
  {
   switch(number)
     {
      case limit:
         Print(1);
         break;
     }
  }
