// A wrong cast down stops the program.
class Base
  {
public:
   virtual          ~Base() {}
  };
class First : public Base
  {
  };
class Second : public Base
  {
  };
void OnStart()
  {
   Base *base = new First;
   First *first = (First *)base;
   Print(first == base);
   Second *second = (Second *)base;
   Print(second == NULL);
  }
