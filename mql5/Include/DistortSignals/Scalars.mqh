//+------------------------------------------------------------------+
//| Scalars: the values of contracts/schemas/common.schema.json,     |
//| tested character by character (MQL5 has no regular expressions). |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_SCALARS_MQH
#define DISTORTSIGNALS_SCALARS_MQH

#include "Times.mqh"

enum EScalar
  {
   SCALAR_TEXT         = 0,
   SCALAR_UUID         = 1,
   SCALAR_TIMESTAMP    = 2,
   SCALAR_POSITIVE     = 3,
   SCALAR_NON_NEGATIVE = 4,
   SCALAR_DECIMAL      = 5,
   SCALAR_SYMBOL       = 6,
   SCALAR_SLUG         = 7,    // account_id, strategy_id
   SCALAR_TICKET       = 8,
   SCALAR_CODE         = 9
  };

class Scalars
  {
public:
   static bool       Fits(const string text, const EScalar scalar);
   static string     Title(const EScalar scalar);
   // Whether every character of `text` is a letter or digit of ASCII or one of `others`.
   static bool       IsPlain(const string text, const string others);

private:
   static bool       IsUuid(const string text);
   static bool       IsDecimal(const string text);
   static bool       IsPositive(const string text);
   static bool       IsSymbol(const string text);
   static bool       IsSlug(const string text);
   static bool       IsTicket(const string text);
   static bool       IsCode(const string text);
   static bool       IsDigit(const ushort unit);
   static bool       IsLower(const ushort unit);
   static bool       IsUpper(const ushort unit);
  };

bool Scalars::Fits(const string text, const EScalar scalar)
  {
   switch(scalar)
     {
      case SCALAR_UUID:
         return(IsUuid(text));
      case SCALAR_TIMESTAMP:
         return(Times::IsValid(text));
      case SCALAR_POSITIVE:
         return(IsDecimal(text) && IsPositive(text));
      case SCALAR_NON_NEGATIVE:
         return(IsDecimal(text) && StringGetCharacter(text, 0) != '-');
      case SCALAR_DECIMAL:
         return(IsDecimal(text));
      case SCALAR_SYMBOL:
         return(IsSymbol(text));
      case SCALAR_SLUG:
         return(IsSlug(text));
      case SCALAR_TICKET:
         return(IsTicket(text));
      case SCALAR_CODE:
         return(IsCode(text));
      default:
         break;
     }
   return(StringLen(text) <= 500);
  }

string Scalars::Title(const EScalar scalar)
  {
   switch(scalar)
     {
      case SCALAR_UUID:
         return("a UUID");
      case SCALAR_TIMESTAMP:
         return("a UTC timestamp");
      case SCALAR_POSITIVE:
         return("a decimal above zero");
      case SCALAR_NON_NEGATIVE:
         return("a decimal not below zero");
      case SCALAR_DECIMAL:
         return("a decimal");
      case SCALAR_SYMBOL:
         return("a symbol");
      case SCALAR_SLUG:
         return("a name");
      case SCALAR_TICKET:
         return("a ticket");
      case SCALAR_CODE:
         return("a code");
      default:
         break;
     }
   return("a text");
  }

bool Scalars::IsPlain(const string text, const string others)
  {
   for(int i = 0; i < StringLen(text); i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(IsDigit(unit) || IsLower(unit) || IsUpper(unit))
         continue;
      if(StringFind(others, ShortToString(unit)) < 0)
         return(false);
     }
   return(true);
  }

bool Scalars::IsUuid(const string text)
  {
   if(StringLen(text) != 36)
      return(false);
   for(int i = 0; i < 36; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      bool dash = (i == 8 || i == 13 || i == 18 || i == 23);
      if(dash && unit != '-')
         return(false);
      if(!dash && !IsDigit(unit) && !(unit >= 'a' && unit <= 'f'))
         return(false);
     }
   return(true);
  }

bool Scalars::IsDecimal(const string text)
  {
   int length = StringLen(text);
   int at = 0;
   if(length > 0 && StringGetCharacter(text, 0) == '-')
      at = 1;
   int start = at;
   while(at < length && IsDigit(StringGetCharacter(text, at)))
      at++;
   int whole = at - start;
   if(whole < 1 || whole > 12)
      return(false);
   if(whole > 1 && StringGetCharacter(text, start) == '0')
      return(false);
   if(at == length)
      return(true);
   if(StringGetCharacter(text, at) != '.')
      return(false);
   start = at + 1;
   at = start;
   while(at < length && IsDigit(StringGetCharacter(text, at)))
      at++;
   return(at == length && at - start >= 1 && at - start <= 10);
  }

bool Scalars::IsPositive(const string text)
  {
   if(StringGetCharacter(text, 0) == '-')
      return(false);
   for(int i = 0; i < StringLen(text); i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(unit >= '1' && unit <= '9')
         return(true);
     }
   return(false);
  }

bool Scalars::IsSymbol(const string text)
  {
   int length = StringLen(text);
   return(length >= 1 && length <= 32 && IsPlain(StringSubstr(text, 0, 1), "") && IsPlain(text, "._#+-"));
  }

bool Scalars::IsSlug(const string text)
  {
   int length = StringLen(text);
   if(length < 1 || length > 63)
      return(false);
   for(int i = 0; i < length; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(!IsDigit(unit) && !IsLower(unit) && (i == 0 || (unit != '_' && unit != '-')))
         return(false);
     }
   return(true);
  }

bool Scalars::IsTicket(const string text)
  {
   int length = StringLen(text);
   if(length < 1 || length > 20 || StringGetCharacter(text, 0) == '0')
      return(false);
   for(int i = 0; i < length; i++)
      if(!IsDigit(StringGetCharacter(text, i)))
         return(false);
   return(true);
  }

bool Scalars::IsCode(const string text)
  {
   int length = StringLen(text);
   if(length < 1 || length > 64 || !IsLower(StringGetCharacter(text, 0)))
      return(false);
   for(int i = 0; i < length; i++)
     {
      ushort unit = StringGetCharacter(text, i);
      if(!IsDigit(unit) && !IsLower(unit) && unit != '_')
         return(false);
     }
   return(true);
  }

bool Scalars::IsDigit(const ushort unit)
  {
   return(unit >= '0' && unit <= '9');
  }

bool Scalars::IsLower(const ushort unit)
  {
   return(unit >= 'a' && unit <= 'z');
  }

bool Scalars::IsUpper(const ushort unit)
  {
   return(unit >= 'A' && unit <= 'Z');
  }

#endif
