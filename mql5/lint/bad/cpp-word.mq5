// `nullptr` is C++; MQL5 says NULL.
class Box
  {
  };
void OnStart()
  {
   Box *box = nullptr;
   Print(box == NULL);
  }
