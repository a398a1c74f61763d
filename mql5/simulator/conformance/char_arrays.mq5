// Strings to bytes and back: code pages, the terminating zero, counts.
string Hex(const uchar &bytes[])
  {
   string out = "";
   for(int i = 0; i < ArraySize(bytes); i++)
      out += StringFormat("%02x", bytes[i]);
   return out;
  }
void Encode(const string text, const int wanted, const uint codepage)
  {
   uchar bytes[];
   int count = StringToCharArray(text, bytes, 0, wanted, codepage);
   Print(count, " ", Hex(bytes), " ", CharArrayToString(bytes, 0, -1, codepage));
  }
void OnStart()
  {
   string text = "na\xEFve \x20AC \x416";
   Encode("abc", -1, CP_UTF8);
   Encode(text, -1, CP_UTF8);
   Encode(text, -1, CP_ACP);
   Encode(text, -1, 1251);
   Encode(text, StringLen(text), CP_UTF8);
   Encode("\xD83D\xDE00", -1, CP_UTF8);
   Encode("", -1, CP_UTF8);
   uchar exact[];
   int count = StringToCharArray(text, exact, 0, -1, CP_UTF8);
   ArrayResize(exact, count - 1);
   Print(CharArrayToString(exact, 0, -1, CP_UTF8) == text, " ", CharArrayToString(exact, 0, 2, CP_UTF8), " ", CharArrayToString(exact, 5, 2, CP_UTF8));
   uchar stale[];
   StringToCharArray("longer text", stale, 0, -1, CP_UTF8);
   count = StringToCharArray("ab", stale, 0, -1, CP_UTF8);
   Print(count, " ", ArraySize(stale), " ", CharArrayToString(stale, 0, -1, CP_UTF8), " ", CharArrayToString(stale, 3, -1, CP_UTF8));
   char narrow[];
   StringToCharArray("\xE9", narrow, 0, -1, CP_UTF8);
   Print(narrow[0], " ", ArraySize(narrow));
   uchar small[2];
   count = StringToCharArray("abcd", small, 0, -1, CP_UTF8);
   Print(count, " ", small[1]);
   uchar bad[] = {0x61, 0xFF, 0x62};
   string repaired = CharArrayToString(bad, 0, -1, CP_UTF8);
   Print(StringLen(repaired), " ", repaired[2]);
   ushort units[];
   count = StringToShortArray("ab", units);
   Print(count, " ", units[1], " ", ShortArrayToString(units));
   Print(CharToString(65), CharToString(0x80));
  }
