// When objects come and go: globals, statics, locals, members, constants of a class.
class Trace
  {
   string            m_name;
public:
                     Trace(const string name) : m_name(name) { Print("+", m_name); }
                    ~Trace() { Print("-", m_name); }
  };
struct Scope
  {
   string            name;
                     Scope() { name = "scope"; Print("+", name); }
                    ~Scope() { Print("-", name); }
  };
class Owner
  {
   Trace             m_first;
   Trace            *m_second;
   static const int  s_limit;
   static string     s_names[];
public:
                     Owner() : m_first("member") { m_second = new Trace("owned"); }
                    ~Owner() { delete m_second; }
   static int        Limit() { return s_limit; }
   static int        Remember(const string name)
     {
      int size = ArraySize(s_names);
      ArrayResize(s_names, size + 1);
      s_names[size] = name;
      return size + 1;
     }
  };
const int Owner::s_limit = 7;
string Owner::s_names[];
Trace g_first("global one");
Trace g_second("global two");
void Once()
  {
   static Trace trace("static");
   static Trace *kept = NULL;
   if(kept == NULL)
      kept = new Trace("kept");
   else
     {
      delete kept;
      kept = NULL;
     }
  }
void OnStart()
  {
   Print("start");
   Owner owner;
   for(int i = 0; i < 2; i++)
     {
      Scope scope;
      Once();
     }
   Owner::Remember("a");
   Print(Owner::Limit(), " ", Owner::Remember("b"));
   Print("end");
  }
