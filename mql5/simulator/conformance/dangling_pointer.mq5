// A call through a handle whose object is gone stops the program; deleting it twice is reported.
class Box
  {
public:
   int               number;
                     Box() : number(3) {}
  };
void OnStart()
  {
   Box *box = new Box;
   Box *other = box;
   Print(other.number, " ", other == box);
   delete box;
   delete other;
   Print(other.number);
  }
