// Parameters by reference, default values, overloads, recursion, pointers by reference.
class Node
  {
public:
   int               value;
   Node             *next;
                     Node(const int v) : value(v), next(NULL) {}
                    ~Node() { if(next != NULL) delete next; }
  };
void Swap(int &a, int &b)
  {
   int kept = a;
   a = b;
   b = kept;
  }
void Replace(Node *&node)
  {
   delete node;
   node = new Node(99);
  }
int Describe(const int value, const int factor = 3) { return value * factor; }
string Describe(const string value) { return "<" + value + ">"; }
string Describe(const double value) { return DoubleToString(value, 1); }
int Depth(const Node *node) { return node == NULL ? 0 : 1 + Depth(node.next); }
bool Split(const string text, string &head, string &tail)
  {
   int at = StringFind(text, "=");
   if(at < 0)
      return false;
   head = StringSubstr(text, 0, at);
   tail = StringSubstr(text, at + 1);
   return true;
  }
void OnStart()
  {
   int a = 1, b = 2;
   Swap(a, b);
   int values[] = {5, 6};
   Swap(values[0], values[1]);
   Print(a, b, values[0], values[1]);
   Print(Describe(2), " ", Describe(2, 5), " ", Describe("x"), " ", Describe(2.26));
   Node *list = new Node(1);
   list.next = new Node(2);
   list.next.next = new Node(3);
   Print(Depth(list), " ", list.next.next.value);
   Replace(list);
   Print(list.value, " ", Depth(list));
   delete list;
   string head, tail;
   Print(Split("key=value", head, tail), " ", head, " ", tail, " ", Split("none", head, tail), " ", head);
  }
