//+------------------------------------------------------------------+
//| Numbers: between MQL5's numbers and the contract's texts.        |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_NUMBERS_MQH
#define DISTORTSIGNALS_NUMBERS_MQH

class Numbers
  {
public:
   // A double as a canonical decimal: at most `digits` decimals, no trailing zeros, no "-0".
   static string     Decimal(const double value, const int digits);
   // A ticket as text; IntegerToString would show the upper half of the range as negative.
   static string     Unsigned(const ulong value);
   // A ticket from text; false if it is no number of 64 bits.
   static bool       ParseUnsigned(const string text, ulong &value);
   // A whole number from text such as -12 or 12.0, as JSON allows; false if it is not whole or too large.
   static bool       ParseInteger(const string text, long &value);
   // The number of decimals that `step` needs, 8 at most.
   static int        DecimalsOf(const double step);
   // Equal but for rounding, at the scale of volumes and prices.
   static bool       Equal(const double left, const double right);
  };

string Numbers::Decimal(const double value, const int digits)
  {
   string text = DoubleToString(value, digits);
   if(StringFind(text, ".") >= 0)
     {
      int length = StringLen(text);
      while(length > 0 && StringGetCharacter(text, length - 1) == '0')
         length--;
      if(length > 0 && StringGetCharacter(text, length - 1) == '.')
         length--;
      text = StringSubstr(text, 0, length);
     }
   if(text == "-0")
      text = "0";
   return(text);
  }

string Numbers::Unsigned(const ulong value)
  {
   if(value == 0)
      return("0");
   string text = "";
   ulong rest = value;
   while(rest > 0)
     {
      text = IntegerToString((long)(rest % 10)) + text;
      rest = rest / 10;
     }
   return(text);
  }

bool Numbers::ParseUnsigned(const string text, ulong &value)
  {
   value = 0;
   int length = StringLen(text);
   if(length < 1 || length > 20)
      return(false);
   ulong limit = ULONG_MAX;
   for(int i = 0; i < length; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(unit < '0' || unit > '9')
         return(false);
      ulong digit = (ulong)(unit - '0');
      if(value > (limit - digit) / 10)
         return(false);
      value = value * 10 + digit;
     }
   return(true);
  }

bool Numbers::ParseInteger(const string text, long &value)
  {
   value = 0;
   int start = 0;
   int end = StringLen(text);
   if(end > 0 && StringGetCharacter(text, 0) == '-')
      start = 1;
   int point = StringFind(text, ".");
   if(point >= 0)
     {
      for(int i = point + 1; i < end; i++)
         if(StringGetCharacter(text, i) != '0')
            return(false);
      end = point;
     }
   // 18 digits always fit; no message needs more than 16.
   if(end - start < 1 || end - start > 18)
      return(false);
   for(int i = start; i < end; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(unit < '0' || unit > '9')
         return(false);
      value = value * 10 + (long)(unit - '0');
     }
   if(start == 1)
      value = -value;
   return(true);
  }

int Numbers::DecimalsOf(const double step)
  {
   string text = Decimal(step, 8);
   int point = StringFind(text, ".");
   if(point < 0)
      return(0);
   return(StringLen(text) - point - 1);
  }

bool Numbers::Equal(const double left, const double right)
  {
   return(MathAbs(left - right) < 0.000000005);
  }

#endif
