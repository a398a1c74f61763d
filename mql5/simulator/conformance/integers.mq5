// Widths, wrap-around, shifts, division, conversions.
void OnStart()
  {
   int big = INT_MAX;
   big++;
   Print(big, " ", big == INT_MIN);
   uint small = 0;
   small--;
   Print(small, " ", small == UINT_MAX);
   long wide = 9223372036854775807;
   wide++;
   Print(wide, " ", wide == LONG_MIN);
   uchar byte = 250;
   byte += 10;
   char negative = (char)200;
   short half = (short)40000;
   ushort unit = (ushort)-1;
   Print(byte, " ", negative, " ", half, " ", unit);
   Print(1 << 4, " ", -16 >> 2, " ", 0xFF & 0x0F, " ", 5 ^ 1, " ", ~0, " ", (ulong)1 << 40);
   Print(7 / 2, " ", -7 / 2, " ", 7 % 3, " ", -7 % 3, " ", 7 / 2.0, " ", 7.0 / 2);
   long product = 100000 * 100000;
   long right = (long)100000 * 100000;
   Print(product, " ", right);
   int cut = (int)3.99;
   int cut_negative = (int)-3.99;
   Print(cut, " ", cut_negative, " ", (int)5000000000, " ", (long)1e15, " ", (bool)2, " ", (int)true);
   ulong magic = ((ulong)0x4453 << 40) | 17;
   long same = (long)magic;
   Print(magic, " ", same, " ", magic & 0xFFFFFFFFFF, " ", magic >> 40);
   Print('A', " ", (int)'z' - 'a', " ", (uchar)'\n', " ", 0x7FFFFFFFFFFFFFFF);
   int a = 10;
   a /= 3;
   a <<= 2;
   a |= 1;
   a %= 7;
   int before = a++;
   Print(a, " ", before, " ", a > 5 ? "more" : "less");
   Print(MathMax(3, 8), " ", MathMin(2.5, 2), " ", MathAbs(-4), " ", MathAbs(-4.5));
  }
