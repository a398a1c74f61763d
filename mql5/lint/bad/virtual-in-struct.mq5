// Structures have no virtual methods.
struct Shape
  {
   virtual double    Area() const { return 0; }
  };
