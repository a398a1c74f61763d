//+------------------------------------------------------------------+
//| Utf8: text to bytes for the wire and the journal.                |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_UTF8_MQH
#define DISTORTSIGNALS_UTF8_MQH

class Utf8
  {
public:
   // Fills `bytes` with the UTF-8 of `text`, without a closing zero; returns how many.
   static int        Encode(const string text, uchar &bytes[]);
   // The text without what is no character: halves of surrogate pairs and control characters.
   static string     Clean(const string text, const int most);
  };

int Utf8::Encode(const string text, uchar &bytes[])
  {
   // From an empty array and with the code page named: the default one is not UTF-8.
   ArrayResize(bytes, 0);
   int count = StringToCharArray(text, bytes, 0, -1, CP_UTF8);
   if(count > 0)
      count = ArrayResize(bytes, count - 1);
   return(count < 0 ? 0 : count);
  }

string Utf8::Clean(const string text, const int most)
  {
   string clean = "";
   int length = StringLen(text);
   for(int i = 0; i < length && StringLen(clean) < most; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      bool high = (unit >= 0xD800 && unit <= 0xDBFF);
      bool low = (unit >= 0xDC00 && unit <= 0xDFFF);
      if(high && i + 1 < length && StringLen(clean) + 2 <= most)
        {
         ushort second = StringGetCharacter(text, i + 1);
         if(second >= 0xDC00 && second <= 0xDFFF)
           {
            clean += ShortToString(unit) + ShortToString(second);
            i++;
            continue;
           }
        }
      if(high || low || unit < 32 || unit == 127)
         clean += "?";
      else
         clean += ShortToString(unit);
     }
   return(clean);
  }

#endif
