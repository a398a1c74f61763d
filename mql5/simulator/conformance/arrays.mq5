// Dynamic and fixed arrays, copies, structures that hold them.
struct Row
  {
   int               cells[3];
   double            weights[];
  };
string Shown(const int &values[])
  {
   string out = IntegerToString(ArraySize(values)) + ":";
   for(int i = 0; i < ArraySize(values); i++)
      out += " " + IntegerToString(values[i]);
   return out;
  }
void Grow(int &values[])
  {
   int size = ArraySize(values);
   ArrayResize(values, size + 1, 10);
   values[size] = 7;
  }
void Edit()
  {
   int values[] = {5, 3, 9, 1};
   ArraySort(values);
   Print(Shown(values), " ", ArrayBsearch(values, 5), " ", ArrayMaximum(values), ArrayMinimum(values));
   ArrayRemove(values, 1, 2);
   Print(Shown(values));
   int inserted[] = {4, 4};
   ArrayInsert(values, inserted, 1);
   Print(Shown(values));
   ArrayReverse(values);
   Print(Shown(values));
   ArrayInitialize(values, 6);
   ArrayFill(values, 1, 2, 8);
   Print(Shown(values));
   int series[] = {1, 2, 3};
   ArraySetAsSeries(series, true);
   Print(series[0], series[2]);
  }
void Copies()
  {
   Row first = {};
   ArrayResize(first.weights, 2);
   first.weights[1] = 0.5;
   first.cells[2] = 42;
   Row second = first;
   first.weights[1] = 9.5;
   first.cells[2] = 1;
   Print(second.weights[1], " ", second.cells[2], " ", ArraySize(second.weights));
   Row rows[];
   ArrayResize(rows, 2);
   rows[1] = second;
   ArrayResize(rows, 50);
   Print(rows[1].cells[2], " ", rows[1].weights[1]);
  }
void OnStart()
  {
   int fixed[4] = {1, 2};
   int dynamic[];
   int refused = ArrayResize(fixed, 9);
   Print(Shown(fixed), " ", Shown(dynamic), " ", refused, " ", ArrayIsDynamic(dynamic), ArrayIsDynamic(fixed));
   Grow(dynamic);
   Grow(dynamic);
   int copied = ArrayCopy(dynamic, fixed, 1);
   Print(copied, " ", Shown(dynamic));
   int room = ArrayCopy(fixed, dynamic, 3);
   int part = ArrayCopy(dynamic, fixed, 0, 1, 2);
   Print(room, " ", Shown(fixed), " ", part, " ", Shown(dynamic));
   Edit();
   Copies();
   int matrix[2][3] = {{1, 2, 3}, {4, 5, 6}};
   Print(matrix[1][0], " ", ArraySize(matrix), " ", ArrayRange(matrix, 0), ArrayRange(matrix, 1));
   ArrayFree(dynamic);
   double zeros[5] = {};
   ZeroMemory(fixed);
   Print(Shown(dynamic), " ", zeros[4], " ", Shown(fixed));
  }
