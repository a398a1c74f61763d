// The reference's string functions, as documented.
void Split(const string text)
  {
   string parts[];
   int count = StringSplit(text, ',', parts);
   string shown = IntegerToString(count);
   for(int i = 0; i < ArraySize(parts); i++)
      shown += " [" + parts[i] + "]";
   Print(shown);
  }
void OnStart()
  {
   string text = "one,two,,three";
   Print(StringLen(text), " ", StringFind(text, "two"), " ", StringFind(text, "four"), " ", StringFind(text, "o", 1));
   Print(StringSubstr(text, 4, 3), "|", StringSubstr(text, 9), "|", StringSubstr(text, 99), "|");
   Split(text);
   Split("");
   Split("alone");
   Split(",");
   int replaced = StringReplace(text, ",", ";;");
   int absent = StringReplace(text, "absent", "x");
   Print(replaced, " ", text, " ", absent);
   string padded = " \t x y \r\n";
   int left = StringTrimLeft(padded);
   int right = StringTrimRight(padded);
   Print(left, " ", right, " [", padded, "]");
   string mixed = "aBcD";
   StringToUpper(mixed);
   Print(mixed);
   StringToLower(mixed);
   Print(mixed);
   Print(StringCompare("A", "a"), " ", StringCompare("A", "a", false), " ", StringCompare("x", "y"), " ", "A" < "a", " ", "ABCD" > "ABC");
   string digits = "0123456789";
   ResetLastError();
   ushort outside = StringGetCharacter(digits, 10);
   Print(StringGetCharacter(digits, 5), " ", digits[5], " ", outside, " ", GetLastError() != 0);
   StringSetCharacter(digits, 7, 0);
   Print(digits);
   StringSetCharacter(digits, 7, '*');
   Print(digits, " ", StringLen(digits));
   bool far = StringSetCharacter(digits, 99, '*');
   Print(far, " ", digits);
   Print(ShortToString(0x3A3), ShortToString('x'), " \x41", "\x2764 tab[\t] quote\" slash\\");
   string joined = "a" + "b";
   joined += "c";
   bool added = StringAdd(joined, "d");
   Print(joined, " ", StringLen(joined), " ", added);
   string part = "con" "cat";
   bool cut = StringSetLength(part, 3);
   bool longer = StringSetLength(part, 9);
   Print(part, " ", cut, " ", longer, " ", GetLastError());
  }
