// A variable declared between two labels belongs to both, initialised by one.
void Check(const int number)
  {
   switch(number)
     {
      case 1:
         int twice = number * 2;
         Print(twice);
         break;
      default:
         break;
     }
  }
