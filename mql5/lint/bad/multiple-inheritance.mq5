// A class has one base.
class First
  {
  };
class Second
  {
  };
class Both : public First, public Second
  {
  };
