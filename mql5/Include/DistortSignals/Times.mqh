//+------------------------------------------------------------------+
//| Times: between the contract's UTC timestamps and milliseconds    |
//| since 1970. Plain arithmetic, so that no time zone can get in.   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_TIMES_MQH
#define DISTORTSIGNALS_TIMES_MQH

class Times
  {
public:
   // "2026-01-05T14:00:00.25Z" -> milliseconds since 1970; false if it is no timestamp of the contract.
   static bool       Parse(const string text, long &milliseconds);
   static string     Text(const long milliseconds);
   static bool       IsValid(const string text);
   static long       DaysSince1970(const int year, const int month, const int day);

private:
   static bool       Digits(const string text, const int start, const int count, int &value);
   static bool       Shape(const string text, const int length);
   static int        DaysInMonth(const int year, const int month);
   static string     Padded(const long value, const int width);
  };

bool Times::Parse(const string text, long &milliseconds)
  {
   milliseconds = 0;
   int length = StringLen(text);
   int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
   if(!Shape(text, length))
      return(false);
   if(!Digits(text, 0, 4, year) || !Digits(text, 5, 2, month) || !Digits(text, 8, 2, day))
      return(false);
   if(!Digits(text, 11, 2, hour) || !Digits(text, 14, 2, minute) || !Digits(text, 17, 2, second))
      return(false);
   if(year < 1970 || year > 2099 || month < 1 || month > 12 || day < 1 || day > DaysInMonth(year, month))
      return(false);
   if(hour > 23 || minute > 59 || second > 59)
      return(false);
   int thousandths = 0;
   int scale = 100;
   for(int i = 20; i < length - 1; i++)
     {
      int digit = 0;
      if(!Digits(text, i, 1, digit))
         return(false);
      thousandths += digit * scale;
      scale = scale / 10;
     }
   long days = DaysSince1970(year, month, day);
   milliseconds = ((days * 24 + hour) * 60 + minute) * 60000 + second * 1000 + thousandths;
   return(true);
  }

bool Times::IsValid(const string text)
  {
   long milliseconds = 0;
   return(Parse(text, milliseconds));
  }

string Times::Text(const long milliseconds)
  {
   long days = milliseconds / 86400000;
   long rest = milliseconds % 86400000;
   int year = 1970;
   while(days >= 365 + (DaysInMonth(year, 2) == 29 ? 1 : 0))
     {
      days -= 365 + (DaysInMonth(year, 2) == 29 ? 1 : 0);
      year++;
     }
   int month = 1;
   while(days >= DaysInMonth(year, month))
     {
      days -= DaysInMonth(year, month);
      month++;
     }
   string text = Padded(year, 4) + "-" + Padded(month, 2) + "-" + Padded(days + 1, 2) + "T";
   text += Padded(rest / 3600000, 2) + ":" + Padded(rest / 60000 % 60, 2) + ":" + Padded(rest / 1000 % 60, 2);
   long thousandths = rest % 1000;
   if(thousandths > 0)
     {
      string fraction = Padded(thousandths, 3);
      while(StringGetCharacter(fraction, StringLen(fraction) - 1) == '0')
         fraction = StringSubstr(fraction, 0, StringLen(fraction) - 1);
      text += "." + fraction;
     }
   return(text + "Z");
  }

bool Times::Shape(const string text, const int length)
  {
   if(length < 20 || length > 27 || length == 21)
      return(false);
   if(StringGetCharacter(text, 4) != '-' || StringGetCharacter(text, 7) != '-')
      return(false);
   if(StringGetCharacter(text, 10) != 'T' || StringGetCharacter(text, 13) != ':' || StringGetCharacter(text, 16) != ':')
      return(false);
   if(length > 20 && StringGetCharacter(text, 19) != '.')
      return(false);
   return(StringGetCharacter(text, length - 1) == 'Z');
  }

bool Times::Digits(const string text, const int start, const int count, int &value)
  {
   value = 0;
   for(int i = start; i < start + count; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(unit < '0' || unit > '9')
         return(false);
      value = value * 10 + (int)(unit - '0');
     }
   return(true);
  }

int Times::DaysInMonth(const int year, const int month)
  {
   if(month == 2)
      return((year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)) ? 29 : 28);
   if(month == 4 || month == 6 || month == 9 || month == 11)
      return(30);
   return(31);
  }

long Times::DaysSince1970(const int year, const int month, const int day)
  {
   long days = 0;
   for(int y = 1970; y < year; y++)
      days += 365 + (DaysInMonth(y, 2) == 29 ? 1 : 0);
   for(int m = 1; m < month; m++)
      days += DaysInMonth(year, m);
   return(days + day - 1);
  }

string Times::Padded(const long value, const int width)
  {
   string text = IntegerToString(value);
   while(StringLen(text) < width)
      text = "0" + text;
   return(text);
  }

#endif
