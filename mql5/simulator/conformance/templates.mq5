// Function and class templates.
template<typename T>
T Larger(const T a, const T b)
  {
   return a > b ? a : b;
  }
template<typename T>
class Stack
  {
   T                 m_items[];
public:
   void              Push(const T item)
     {
      int size = ArraySize(m_items);
      ArrayResize(m_items, size + 1);
      m_items[size] = item;
     }
   T                 Pop()
     {
      int last = ArraySize(m_items) - 1;
      T item = m_items[last];
      ArrayResize(m_items, last);
      return item;
     }
   int               Size() const { return ArraySize(m_items); }
  };
void OnStart()
  {
   Print(Larger(3, 7), " ", Larger("a", "b"), " ", Larger(2.5, 1.5));
   Stack<string> stack;
   stack.Push("first");
   stack.Push("second");
   string top = stack.Pop();
   Print(top, " ", stack.Size());
   Stack<int> *numbers = new Stack<int>();
   numbers.Push(5);
   Print(numbers.Pop());
   delete numbers;
  }
