// Functions and methods may be used before they are defined; a class only needs an announcement.
class Later;
int Use(Later *later);
class Earlier
  {
   Later            *m_later;
public:
                     Earlier() : m_later(NULL) {}
   int               Ask();
   int               Double() { return Twice(21); }
  };
class Later
  {
public:
   int               Value() { return 4 + GlobalValue(); }
  };
int Earlier::Ask()
  {
   Later local;
   return Use(GetPointer(local)) + ::GlobalValue();
  }
int GlobalValue() { return global_value; }
void OnStart()
  {
   Earlier earlier;
   Print(earlier.Ask(), " ", earlier.Double());
  }
int Use(Later *later) { return later.Value(); }
int Twice(const int x) { return x * 2; }
int global_value = 3;
