//+------------------------------------------------------------------+
//| JsonCursor: walks through UTF-8 bytes and reads the texts and    |
//| numbers of JSON, strictly (RFC 8259, RFC 3629).                  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_JSONCURSOR_MQH
#define DISTORTSIGNALS_JSONCURSOR_MQH

class JsonCursor
  {
private:
   uchar             m_bytes[];
   int               m_length;
   int               m_at;
   ushort            m_units[];
   int               m_unitCount;
   string            m_error;

public:
                     JsonCursor(void);
   void              Start(const uchar &bytes[], const int length);
   // Keeps the first fault with its place; always false.
   bool              Fail(const string what);
   string            Error(void) const;
   bool              AtEnd(void) const;
   // The next byte, -1 at the end.
   int               Peek(void) const;
   void              Skip(void);
   void              SkipSpace(void);
   bool              ReadWord(const string word);
   bool              ReadNumber(string &text);
   bool              ReadText(string &text);

private:
   bool              ReadDigits(string &text);
   bool              ReadEscape(void);
   bool              ReadUnicodeEscape(void);
   bool              ReadHex(int &code);
   bool              ReadCharacter(void);
   bool              ReadContinuation(int &code);
   void              Append(const int unit);
  };

JsonCursor::JsonCursor(void)
  {
   m_length = 0;
   m_at = 0;
   m_unitCount = 0;
   m_error = "";
  }

void JsonCursor::Start(const uchar &bytes[], const int length)
  {
   ArrayResize(m_bytes, length);
   for(int i = 0; i < length; i++)
      m_bytes[i] = bytes[i];
   m_length = length;
   m_at = 0;
   m_error = "";
  }

bool JsonCursor::AtEnd(void) const
  {
   return(m_at >= m_length);
  }

void JsonCursor::Skip(void)
  {
   m_at++;
  }

bool JsonCursor::Fail(const string what)
  {
   if(StringLen(m_error) == 0)
      m_error = what + " at byte " + IntegerToString(m_at);
   return(false);
  }

string JsonCursor::Error(void) const
  {
   return(m_error);
  }

int JsonCursor::Peek(void) const
  {
   if(m_at >= m_length)
      return(-1);
   return((int)m_bytes[m_at]);
  }

void JsonCursor::SkipSpace(void)
  {
   int next = Peek();
   while(next == ' ' || next == '\n' || next == '\r' || next == '\t')
     {
      m_at++;
      next = Peek();
     }
  }

bool JsonCursor::ReadWord(const string word)
  {
   for(int i = 0; i < StringLen(word); i++)
     {
      if(Peek() != (int)StringGetCharacter(word, i))
         return(Fail("a value is missing"));
      m_at++;
     }
   return(true);
  }

bool JsonCursor::ReadNumber(string &text)
  {
   text = "";
   if(Peek() == '-')
     {
      text = "-";
      m_at++;
     }
   if(Peek() == '0')
     {
      text += "0";
      m_at++;
     }
   else
      if(!ReadDigits(text))
         return(Fail("a value is missing"));
   if(Peek() == '.')
     {
      text += ".";
      m_at++;
      if(!ReadDigits(text))
         return(Fail("a digit is missing"));
     }
   if(Peek() == 'e' || Peek() == 'E')
     {
      text += "e";
      m_at++;
      if(Peek() == '+' || Peek() == '-')
        {
         text += CharToString((uchar)Peek());
         m_at++;
        }
      if(!ReadDigits(text))
         return(Fail("a digit is missing"));
     }
   return(true);
  }

bool JsonCursor::ReadDigits(string &text)
  {
   int start = m_at;
   while(Peek() >= '0' && Peek() <= '9')
     {
      text += CharToString(m_bytes[m_at]);
      m_at++;
     }
   return(m_at > start);
  }

bool JsonCursor::ReadText(string &text)
  {
   m_at++;
   m_unitCount = 0;
   while(true)
     {
      int next = Peek();
      if(next < 0)
         return(Fail("a text does not end"));
      if(next < 32)
         return(Fail("a control character in a text"));
      if(next == '"')
         break;
      if(next == '\\')
        {
         if(!ReadEscape())
            return(false);
        }
      else
         if(!ReadCharacter())
            return(false);
     }
   m_at++;
   text = "";
   if(m_unitCount > 0)
      text = ShortArrayToString(m_units, 0, m_unitCount);
   return(true);
  }

bool JsonCursor::ReadEscape(void)
  {
   m_at++;
   int next = Peek();
   m_at++;
   switch(next)
     {
      case '"':
      case '\\':
      case '/':
         Append(next);
         return(true);
      case 'b':
         Append(8);
         return(true);
      case 'f':
         Append(12);
         return(true);
      case 'n':
         Append(10);
         return(true);
      case 'r':
         Append(13);
         return(true);
      case 't':
         Append(9);
         return(true);
      case 'u':
         return(ReadUnicodeEscape());
      default:
         break;
     }
   return(Fail("an unknown escape"));
  }

bool JsonCursor::ReadUnicodeEscape(void)
  {
   int code = 0;
   if(!ReadHex(code))
      return(false);
   // MQL5 ends a string at U+0000, and Postgres cannot store one.
   if(code == 0 || (code >= 0xDC00 && code <= 0xDFFF))
      return(Fail("an escape that is no character"));
   Append(code);
   if(code < 0xD800 || code > 0xDBFF)
      return(true);
   if(Peek() != '\\')
      return(Fail("half of a surrogate pair"));
   m_at++;
   if(Peek() != 'u')
      return(Fail("half of a surrogate pair"));
   m_at++;
   if(!ReadHex(code))
      return(false);
   if(code < 0xDC00 || code > 0xDFFF)
      return(Fail("half of a surrogate pair"));
   Append(code);
   return(true);
  }

bool JsonCursor::ReadHex(int &code)
  {
   code = 0;
   for(int i = 0; i < 4; i++)
     {
      int next = Peek();
      int digit = -1;
      if(next >= '0' && next <= '9')
         digit = next - '0';
      if(next >= 'a' && next <= 'f')
         digit = next - 'a' + 10;
      if(next >= 'A' && next <= 'F')
         digit = next - 'A' + 10;
      if(digit < 0)
         return(Fail("a hexadecimal digit is missing"));
      code = code * 16 + digit;
      m_at++;
     }
   return(true);
  }

bool JsonCursor::ReadCharacter(void)
  {
   int lead = Peek();
   int more = 0;
   int least = 0;
   int code = lead;
   if(lead >= 0xF0 && lead <= 0xF4)
     {
      more = 3;
      least = 0x10000;
      code = lead & 7;
     }
   else
      if(lead >= 0xE0 && lead < 0xF0)
        {
         more = 2;
         least = 0x800;
         code = lead & 15;
        }
      else
         if(lead >= 0xC2 && lead < 0xE0)
           {
            more = 1;
            least = 0x80;
            code = lead & 31;
           }
         else
            if(lead >= 0x80)
               return(Fail("a byte that is not UTF-8"));
   m_at++;
   for(int i = 0; i < more; i++)
      if(!ReadContinuation(code))
         return(false);
   if(code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
      return(Fail("bytes that are not UTF-8"));
   if(code >= 0x10000)
     {
      Append(0xD800 + ((code - 0x10000) >> 10));
      Append(0xDC00 + ((code - 0x10000) & 0x3FF));
     }
   else
      Append(code);
   return(true);
  }

bool JsonCursor::ReadContinuation(int &code)
  {
   int next = Peek();
   if(next < 0x80 || next > 0xBF)
      return(Fail("bytes that are not UTF-8"));
   code = code * 64 + (next & 63);
   m_at++;
   return(true);
  }

void JsonCursor::Append(const int unit)
  {
   if(m_unitCount >= ArraySize(m_units))
      ArrayResize(m_units, m_unitCount < 64 ? 128 : m_unitCount * 2);
   m_units[m_unitCount] = (ushort)unit;
   m_unitCount++;
  }

#endif
