// Locals, fields of new objects and fresh elements are not zeroed; globals and statics are.
struct Plain
  {
   int               number;
   double            real;
  };
class Box
  {
public:
   int               number;
   Box              *next;
   int               list[2];
  };
Plain global_plain;
Box global_box;
int global_array[3];
int Count()
  {
   static int calls;
   static Plain kept;
   calls++;
   kept.number += 2;
   return calls * 100 + kept.number;
  }
void OnStart()
  {
   Print(global_plain.number, global_plain.real, global_box.number, global_box.next == NULL, global_box.list[1], global_array[2]);
   Count();
   Print(Count());
   int number;
   Plain plain;
   Plain zeroed = {};
   int grown[];
   ArrayResize(grown, 1);
   Box *box = new Box();
   Print(number != 0, plain.number != 0, grown[0] != 0, box.number != 0, box.list[1] != 0, zeroed.number != 0);
   ZeroMemory(plain);
   Print(plain.number, plain.real);
   delete box;
  }
