//+------------------------------------------------------------------+
//| JsonReader: parses UTF-8 bytes into a JsonDocument. MQL5 has no  |
//| parser of its own.                                               |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_JSONREADER_MQH
#define DISTORTSIGNALS_JSONREADER_MQH

#include "JsonCursor.mqh"
#include "JsonDocument.mqh"

// No message of the contract is nested half as deep; recursion needs a bound.
#define JSON_MAX_DEPTH 32

class JsonReader
  {
private:
   JsonCursor        m_cursor;

public:
   // False if the bytes are not exactly one JSON document; Error() says what is wrong and where.
   bool              Read(const uchar &bytes[], const int length, JsonDocument &document);
   string            Error(void) const;

private:
   bool              ReadValue(JsonDocument &document, const int parent, const string key, const int depth);
   bool              ReadObject(JsonDocument &document, const int parent, const string key, const int depth);
   bool              ReadMember(JsonDocument &document, const int node, const int depth);
   bool              ReadArray(JsonDocument &document, const int parent, const string key, const int depth);
   // After an item: false at a fault; `more` says whether a comma follows.
   bool              ReadSeparator(const int closing, bool &more);
  };

bool JsonReader::Read(const uchar &bytes[], const int length, JsonDocument &document)
  {
   document.Clear();
   m_cursor.Start(bytes, length);
   m_cursor.SkipSpace();
   if(!ReadValue(document, -1, "", 0))
      return(false);
   m_cursor.SkipSpace();
   if(!m_cursor.AtEnd())
      return(m_cursor.Fail("something follows the document"));
   return(true);
  }

string JsonReader::Error(void) const
  {
   return(m_cursor.Error());
  }

bool JsonReader::ReadValue(JsonDocument &document, const int parent, const string key, const int depth)
  {
   if(depth > JSON_MAX_DEPTH)
      return(m_cursor.Fail("nested too deeply"));
   string text = "";
   switch(m_cursor.Peek())
     {
      case '{':
         return(ReadObject(document, parent, key, depth));
      case '[':
         return(ReadArray(document, parent, key, depth));
      case '"':
         if(!m_cursor.ReadText(text))
            return(false);
         document.Add(parent, JSON_KIND_TEXT, key, text);
         return(true);
      case 't':
         document.Add(parent, JSON_KIND_BOOLEAN, key, "true");
         return(m_cursor.ReadWord("true"));
      case 'f':
         document.Add(parent, JSON_KIND_BOOLEAN, key, "false");
         return(m_cursor.ReadWord("false"));
      case 'n':
         document.Add(parent, JSON_KIND_NULL, key, "");
         return(m_cursor.ReadWord("null"));
      default:
         break;
     }
   if(!m_cursor.ReadNumber(text))
      return(false);
   document.Add(parent, JSON_KIND_NUMBER, key, text);
   return(true);
  }

bool JsonReader::ReadObject(JsonDocument &document, const int parent, const string key, const int depth)
  {
   int node = document.Add(parent, JSON_KIND_OBJECT, key, "");
   m_cursor.Skip();
   m_cursor.SkipSpace();
   if(m_cursor.Peek() == '}')
     {
      m_cursor.Skip();
      return(true);
     }
   bool more = true;
   while(more)
     {
      if(!ReadMember(document, node, depth) || !ReadSeparator('}', more))
         return(false);
     }
   return(true);
  }

bool JsonReader::ReadMember(JsonDocument &document, const int node, const int depth)
  {
   string name = "";
   m_cursor.SkipSpace();
   if(m_cursor.Peek() != '"')
      return(m_cursor.Fail("a key is missing"));
   if(!m_cursor.ReadText(name))
      return(false);
   // Readers disagree on which of two values counts.
   if(document.Child(node, name) >= 0)
      return(m_cursor.Fail("the key " + name + " occurs twice"));
   m_cursor.SkipSpace();
   if(m_cursor.Peek() != ':')
      return(m_cursor.Fail("a colon is missing"));
   m_cursor.Skip();
   m_cursor.SkipSpace();
   return(ReadValue(document, node, name, depth + 1));
  }

bool JsonReader::ReadArray(JsonDocument &document, const int parent, const string key, const int depth)
  {
   int node = document.Add(parent, JSON_KIND_ARRAY, key, "");
   m_cursor.Skip();
   m_cursor.SkipSpace();
   if(m_cursor.Peek() == ']')
     {
      m_cursor.Skip();
      return(true);
     }
   bool more = true;
   while(more)
     {
      m_cursor.SkipSpace();
      if(!ReadValue(document, node, "", depth + 1) || !ReadSeparator(']', more))
         return(false);
     }
   return(true);
  }

bool JsonReader::ReadSeparator(const int closing, bool &more)
  {
   m_cursor.SkipSpace();
   int next = m_cursor.Peek();
   more = (next == ',');
   if(!more && next != closing)
      return(m_cursor.Fail("a comma or a closing bracket is missing"));
   m_cursor.Skip();
   return(true);
  }

#endif
