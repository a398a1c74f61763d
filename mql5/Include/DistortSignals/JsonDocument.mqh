//+------------------------------------------------------------------+
//| JsonDocument: a parsed JSON document as a flat list of nodes.    |
//| Node 0 is the whole; -1 is "no such node". No pointers, so that  |
//| nothing can leak or dangle.                                      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_JSONDOCUMENT_MQH
#define DISTORTSIGNALS_JSONDOCUMENT_MQH

enum EJsonKind
  {
   JSON_KIND_NONE    = 0,
   JSON_KIND_NULL    = 1,
   JSON_KIND_BOOLEAN = 2,
   JSON_KIND_NUMBER  = 3,
   JSON_KIND_TEXT    = 4,
   JSON_KIND_ARRAY   = 5,
   JSON_KIND_OBJECT  = 6
  };

class JsonDocument
  {
private:
   int               m_kind[];
   string            m_key[];
   string            m_text[];     // a text, a number exactly as written, or "true" / "false"
   int               m_first[];
   int               m_last[];
   int               m_next[];
   int               m_size[];
   int               m_count;

public:
                     JsonDocument(void);
   void              Clear(void);
   int               Add(const int parent, const EJsonKind kind, const string key, const string text);
   EJsonKind         KindOf(const int node) const;
   string            KeyOf(const int node) const;
   string            TextOf(const int node) const;
   int               SizeOf(const int node) const;
   int               FirstOf(const int node) const;
   int               NextOf(const int node) const;
   int               Child(const int node, const string key) const;
   bool              IsNull(const int node) const;

private:
   void              Reserve(void);
   bool              Exists(const int node) const;
  };

JsonDocument::JsonDocument(void)
  {
   m_count = 0;
  }

void JsonDocument::Clear(void)
  {
   m_count = 0;
  }

int JsonDocument::Add(const int parent, const EJsonKind kind, const string key, const string text)
  {
   Reserve();
   int node = m_count;
   m_count++;
   m_kind[node] = (int)kind;
   m_key[node] = key;
   m_text[node] = text;
   m_first[node] = -1;
   m_last[node] = -1;
   m_next[node] = -1;
   m_size[node] = 0;
   if(parent >= 0)
     {
      if(m_first[parent] < 0)
         m_first[parent] = node;
      else
         m_next[m_last[parent]] = node;
      m_last[parent] = node;
      m_size[parent]++;
     }
   return(node);
  }

EJsonKind JsonDocument::KindOf(const int node) const
  {
   if(!Exists(node))
      return(JSON_KIND_NONE);
   return((EJsonKind)m_kind[node]);
  }

string JsonDocument::KeyOf(const int node) const
  {
   if(!Exists(node))
      return("");
   return(m_key[node]);
  }

string JsonDocument::TextOf(const int node) const
  {
   if(!Exists(node))
      return("");
   return(m_text[node]);
  }

int JsonDocument::SizeOf(const int node) const
  {
   if(!Exists(node))
      return(0);
   return(m_size[node]);
  }

int JsonDocument::FirstOf(const int node) const
  {
   if(!Exists(node))
      return(-1);
   return(m_first[node]);
  }

int JsonDocument::NextOf(const int node) const
  {
   if(!Exists(node))
      return(-1);
   return(m_next[node]);
  }

int JsonDocument::Child(const int node, const string key) const
  {
   if(KindOf(node) != JSON_KIND_OBJECT)
      return(-1);
   int child = m_first[node];
   while(child >= 0 && m_key[child] != key)
      child = m_next[child];
   return(child);
  }

bool JsonDocument::IsNull(const int node) const
  {
   return(KindOf(node) == JSON_KIND_NULL);
  }

void JsonDocument::Reserve(void)
  {
   int held = ArraySize(m_kind);
   if(m_count < held)
      return;
   int wanted = (held < 64) ? 64 : held * 2;
   ArrayResize(m_kind, wanted);
   ArrayResize(m_key, wanted);
   ArrayResize(m_text, wanted);
   ArrayResize(m_first, wanted);
   ArrayResize(m_last, wanted);
   ArrayResize(m_next, wanted);
   ArrayResize(m_size, wanted);
  }

bool JsonDocument::Exists(const int node) const
  {
   return(node >= 0 && node < m_count);
  }

#endif
