// Macros, conditions, predefined names.
#property copyright "nobody"
#property version   "1.00"
#define LIMIT 3
#define SQUARE(x) ((x) * (x))
#define NAME_OF(x) #x
#define JOIN(a, b) a##b
#define LONG_ONE(a) \
   ((a) + \
    LIMIT)
#ifdef __MQL5__
#define LANGUAGE "MQL5"
#else
#define LANGUAGE "other"
#endif
#ifndef LIMIT
this is not code
#endif
int JOIN(com, bined)() { return LIMIT; }
class Place
  {
public:
   string            Where() { return __FUNCTION__; }
  };
void OnStart()
  {
   int values[LIMIT] = {1, 2, 3};
   Print(ArraySize(values), " ", SQUARE(1 + 2), " ", NAME_OF(a + b), " ", combined(), " ", LANGUAGE, " ", LONG_ONE(1));
   Place place;
   Print(__FUNCTION__, " ", place.Where(), " ", __LINE__);
#undef LIMIT
#define LIMIT 4
   Print(LIMIT);
  }
