// Numbers to text and back.
void OnStart()
  {
   Print(DoubleToString(1.0), " ", DoubleToString(123.4567890123456789, 5), " ", DoubleToString(123.4567890123456789, -5), " ", DoubleToString(0.1, 16));
   Print(DoubleToString(-1.26, 1), " ", DoubleToString(1.76, 1), " ", DoubleToString(2.676, 2), " ", DoubleToString(1e10, 2));
   Print(IntegerToString(42), " ", IntegerToString(42, 6), "|", IntegerToString(-42, 6, '0'), " ", IntegerToString(LONG_MIN));
   Print(StringToDouble("123.45"), " ", StringToDouble("\t   123"), " ", StringToDouble("123e-5"), " ", StringToDouble("123x45"), " ", StringToDouble("123.4.5"), " ", StringToDouble("-+12"), " ", StringToDouble("x1"), " ", StringToDouble(""));
   Print(StringToInteger("123.45"), " ", StringToInteger("-77 x"), " ", StringToInteger("9223372036854775807"), " ", StringToInteger("abc"), " ", (int)"12", " ", (double)"1.5");
   Print(NormalizeDouble(1.23456789, 4), " ", NormalizeDouble(2.346, 2), " ", NormalizeDouble(-1.006, 2), " ", NormalizeDouble(1234.6, 0));
   Print((string)0.1, " ", (string)1.0, " ", (string)(1.0 / 3), " ", (string)1e20, " ", (string)123456789012345680.0, " ", (string)(0.1 + 0.2), " ", (string)1.1f);
   Print((string)true, " ", (string)-5, " ", (string)18446744073709551615, " ", (string)'A', " ", (string)(uchar)65);
   Print(MathFloor(-1.5), " ", MathCeil(1.2), " ", MathRound(2.5), " ", MathRound(-2.5), " ", MathPow(2, 10), " ", MathMod(7.5, 2), " ", MathIsValidNumber(MathSqrt(-1)), " ", MathSqrt(-1));
   double step = 0.01;
   Print(MathFloor(0.29 / step + 1e-9) * step, " ", MathFloor(0.29 / step) * step, " ", 0.29 / 0.01 < 29);
  }
