// Counts in globals, statics and objects; two machines that take turns must not see each other.
int g_count = 0;
class Item
  {
public:
   int               number;
                     Item(const int n) : number(n) {}
  };
Item *g_items[];
int OnInit()
  {
   Print("init ", g_count);
   return INIT_SUCCEEDED;
  }
void OnTimer()
  {
   static int ticks = 100;
   g_count++;
   ticks++;
   int size = ArraySize(g_items);
   ArrayResize(g_items, size + 1);
   g_items[size] = new Item(ticks);
   Print(g_count, " ", ticks, " ", g_items[size].number);
  }
void OnDeinit(const int reason)
  {
   for(int i = 0; i < ArraySize(g_items); i++)
      delete g_items[i];
   Print("deinit ", reason, " ", g_count);
  }
