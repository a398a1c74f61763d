// The method of the base with a number can no longer be called.
class Base
  {
public:
   void              Show(const int number) { Print(number); }
  };
class Derived : public Base
  {
public:
   void              Show(const string text) { Print(text); }
  };
