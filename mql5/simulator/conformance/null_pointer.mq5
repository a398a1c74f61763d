// A call through NULL stops the program.
class Box
  {
public:
   int               number;
   int               Number() const { return number; }
  };
void OnStart()
  {
   Box *box = NULL;
   Print("before");
   Print(box.Number());
  }
