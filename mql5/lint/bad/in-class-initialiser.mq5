// Fields get their values in a constructor.
class Box
  {
public:
   int               number = 3;
  };
