//+------------------------------------------------------------------+
//| JsonWriter: builds one JSON document as text. Commas come by     |
//| themselves; "" is written as null where the contract has null.   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_JSONWRITER_MQH
#define DISTORTSIGNALS_JSONWRITER_MQH

class JsonWriter
  {
private:
   string            m_text;
   bool              m_comma;

public:
                     JsonWriter(void);
   string            Text(void) const;
   void              BeginObject(void);
   void              EndObject(void);
   void              BeginArray(void);
   void              EndArray(void);
   void              Key(const string name);
   void              AddText(const string value);
   void              AddInteger(const long value);

   void              TextField(const string name, const string value);
   void              NullableField(const string name, const string value);
   void              IntegerField(const string name, const long value);
   void              BooleanField(const string name, const bool value);
   void              NullField(const string name);

private:
   void              Separate(void);
   string            Escaped(const string value) const;
  };

JsonWriter::JsonWriter(void)
  {
   m_text = "";
   m_comma = false;
  }

string JsonWriter::Text(void) const
  {
   return(m_text);
  }

void JsonWriter::BeginObject(void)
  {
   Separate();
   m_text += "{";
   m_comma = false;
  }

void JsonWriter::EndObject(void)
  {
   m_text += "}";
   m_comma = true;
  }

void JsonWriter::BeginArray(void)
  {
   Separate();
   m_text += "[";
   m_comma = false;
  }

void JsonWriter::EndArray(void)
  {
   m_text += "]";
   m_comma = true;
  }

void JsonWriter::Key(const string name)
  {
   Separate();
   m_text += "\"" + name + "\":";
   m_comma = false;
  }

void JsonWriter::AddText(const string value)
  {
   Separate();
   m_text += "\"" + Escaped(value) + "\"";
   m_comma = true;
  }

void JsonWriter::AddInteger(const long value)
  {
   Separate();
   m_text += IntegerToString(value);
   m_comma = true;
  }

void JsonWriter::TextField(const string name, const string value)
  {
   Key(name);
   AddText(value);
  }

void JsonWriter::NullableField(const string name, const string value)
  {
   if(StringLen(value) == 0)
      NullField(name);
   else
      TextField(name, value);
  }

void JsonWriter::IntegerField(const string name, const long value)
  {
   Key(name);
   AddInteger(value);
  }

void JsonWriter::BooleanField(const string name, const bool value)
  {
   Key(name);
   m_text += value ? "true" : "false";
   m_comma = true;
  }

void JsonWriter::NullField(const string name)
  {
   Key(name);
   m_text += "null";
   m_comma = true;
  }

void JsonWriter::Separate(void)
  {
   if(m_comma)
      m_text += ",";
   m_comma = false;
  }

string JsonWriter::Escaped(const string value) const
  {
   string escaped = "";
   int length = StringLen(value);
   int start = 0;
   for(int i = 0; i < length; i++)
     {
      ushort unit = StringGetCharacter(value, i);
      if(unit >= 32 && unit != '"' && unit != '\\')
         continue;
      if(i > start)
         escaped += StringSubstr(value, start, i - start);
      // MQL5 has no \b, \f or \u in its own strings: every control character is written by its number.
      if(unit < 32)
         escaped += "\\u" + StringFormat("%04x", (int)unit);
      else
         escaped += "\\" + ShortToString(unit);
      start = i + 1;
     }
   if(start == 0)
      return(value);
   return(escaped + StringSubstr(value, start, length - start));
  }

#endif
