// Members of pointers are reached with a dot.
class Box
  {
public:
   int               number;
  };
void OnStart()
  {
   Box box;
   Box *pointer = GetPointer(box);
   pointer->number = 1;
  }
