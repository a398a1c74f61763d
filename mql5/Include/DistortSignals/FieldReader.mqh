//+------------------------------------------------------------------+
//| FieldReader: takes a message apart and checks it on the way, as  |
//| the schemas do: every key required, no key unknown, null said.   |
//| The first fault is kept with its path; nothing after it counts.  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_FIELDREADER_MQH
#define DISTORTSIGNALS_FIELDREADER_MQH

#include "JsonReader.mqh"
#include "Numbers.mqh"
#include "Scalars.mqh"
#include "Utf8.mqh"

class FieldReader
  {
private:
   JsonDocument      m_document;
   JsonReader        m_reader;
   string            m_error;

public:
                     FieldReader(void);
   bool              OpenBytes(const uchar &bytes[], const int length);
   bool              OpenText(const string text);
   bool              Failed(void) const;
   string            Error(void) const;
   void              Fail(const string where, const string what);

   // `node` must be an object of exactly `keys` keys; that each known one is there is checked when it is read.
   bool              Object(const int node, const int keys, const string where);
   int               ObjectField(const int node, const string name, const int keys);
   int               ArrayField(const int node, const string name, const int most);
   bool              IsNullField(const int node, const string name);
   string            TextField(const int node, const string name, const EScalar scalar);
   string            NullableField(const int node, const string name, const EScalar scalar);
   string            ChoiceField(const int node, const string name, const string choices);
   string            NullableChoice(const int node, const string name, const string choices);
   long              IntegerField(const int node, const string name, const long least, const long most);
   bool              BooleanField(const int node, const string name);

   // For what need not be a message of the contract, such as the body of an error or a record.
   bool              Has(const int node, const string name) const;
   long              OptionalInteger(const int node, const string name, const long otherwise);
   string            LooseText(const int node, const string name) const;
   string            ItemChoice(const int node, const string choices);
   int               First(const int node) const;
   int               Next(const int node) const;

private:
   int               Field(const int node, const string name);
   bool              IsChoice(const string value, const string choices) const;
  };

FieldReader::FieldReader(void)
  {
   m_error = "";
  }

bool FieldReader::OpenBytes(const uchar &bytes[], const int length)
  {
   m_error = "";
   if(!m_reader.Read(bytes, length, m_document))
      m_error = m_reader.Error();
   return(StringLen(m_error) == 0);
  }

bool FieldReader::OpenText(const string text)
  {
   uchar bytes[];
   int length = Utf8::Encode(text, bytes);
   return(OpenBytes(bytes, length));
  }

bool FieldReader::Failed(void) const
  {
   return(StringLen(m_error) > 0);
  }

string FieldReader::Error(void) const
  {
   return(m_error);
  }

void FieldReader::Fail(const string where, const string what)
  {
   if(StringLen(m_error) == 0)
      m_error = where + " " + what;
  }

bool FieldReader::Object(const int node, const int keys, const string where)
  {
   if(m_document.KindOf(node) != JSON_KIND_OBJECT)
      Fail(where, "is no object");
   else
      if(m_document.SizeOf(node) != keys)
         Fail(where, "has " + IntegerToString(m_document.SizeOf(node)) + " keys instead of " + IntegerToString(keys));
   return(!Failed());
  }

int FieldReader::ObjectField(const int node, const string name, const int keys)
  {
   int field = Field(node, name);
   Object(field, keys, name);
   return(field);
  }

int FieldReader::ArrayField(const int node, const string name, const int most)
  {
   int field = Field(node, name);
   if(m_document.KindOf(field) != JSON_KIND_ARRAY)
      Fail(name, "is no array");
   else
      if(m_document.SizeOf(field) > most)
         Fail(name, "has more than " + IntegerToString(most) + " items");
   return(Failed() ? -1 : field);
  }

bool FieldReader::IsNullField(const int node, const string name)
  {
   return(m_document.IsNull(Field(node, name)));
  }

string FieldReader::TextField(const int node, const string name, const EScalar scalar)
  {
   int field = Field(node, name);
   string text = m_document.TextOf(field);
   if(m_document.KindOf(field) != JSON_KIND_TEXT || !Scalars::Fits(text, scalar))
     {
      Fail(name, "is not " + Scalars::Title(scalar));
      return("");
     }
   return(text);
  }

string FieldReader::NullableField(const int node, const string name, const EScalar scalar)
  {
   if(IsNullField(node, name))
      return("");
   return(TextField(node, name, scalar));
  }

string FieldReader::ChoiceField(const int node, const string name, const string choices)
  {
   int field = Field(node, name);
   string text = m_document.TextOf(field);
   if(m_document.KindOf(field) != JSON_KIND_TEXT || !IsChoice(text, choices))
     {
      Fail(name, "is none of " + choices);
      return("");
     }
   return(text);
  }

string FieldReader::NullableChoice(const int node, const string name, const string choices)
  {
   if(IsNullField(node, name))
      return("");
   return(ChoiceField(node, name, choices));
  }

long FieldReader::IntegerField(const int node, const string name, const long least, const long most)
  {
   int field = Field(node, name);
   long value = 0;
   if(m_document.KindOf(field) != JSON_KIND_NUMBER || !Numbers::ParseInteger(m_document.TextOf(field), value))
      Fail(name, "is no whole number");
   else
      if(value < least || value > most)
         Fail(name, "is not between " + IntegerToString(least) + " and " + IntegerToString(most));
   return(value);
  }

bool FieldReader::BooleanField(const int node, const string name)
  {
   int field = Field(node, name);
   if(m_document.KindOf(field) != JSON_KIND_BOOLEAN)
      Fail(name, "is neither true nor false");
   return(m_document.TextOf(field) == "true");
  }

bool FieldReader::Has(const int node, const string name) const
  {
   return(m_document.Child(node, name) >= 0);
  }

long FieldReader::OptionalInteger(const int node, const string name, const long otherwise)
  {
   if(!Has(node, name))
      return(otherwise);
   return(IntegerField(node, name, LONG_MIN, LONG_MAX));
  }

string FieldReader::LooseText(const int node, const string name) const
  {
   int field = m_document.Child(node, name);
   if(m_document.KindOf(field) != JSON_KIND_TEXT)
      return("");
   return(m_document.TextOf(field));
  }

string FieldReader::ItemChoice(const int node, const string choices)
  {
   string text = m_document.TextOf(node);
   if(m_document.KindOf(node) != JSON_KIND_TEXT || !IsChoice(text, choices))
      Fail("an item", "is none of " + choices);
   return(text);
  }

int FieldReader::First(const int node) const
  {
   return(m_document.FirstOf(node));
  }

int FieldReader::Next(const int node) const
  {
   return(m_document.NextOf(node));
  }

int FieldReader::Field(const int node, const string name)
  {
   int field = m_document.Child(node, name);
   if(field < 0)
      Fail(name, "is missing");
   return(field);
  }

bool FieldReader::IsChoice(const string value, const string choices) const
  {
   if(StringLen(value) == 0 || StringFind(value, "|") >= 0)
      return(false);
   return(StringFind("|" + choices + "|", "|" + value + "|") >= 0);
  }

#endif
