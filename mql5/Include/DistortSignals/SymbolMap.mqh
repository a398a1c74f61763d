//+------------------------------------------------------------------+
//| SymbolMap: between the ledger's symbol names and the broker's.   |
//| Brokers add prefixes and suffixes; case matters and is kept.     |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_SYMBOLMAP_MQH
#define DISTORTSIGNALS_SYMBOLMAP_MQH

#include "Scalars.mqh"

class SymbolMap
  {
private:
   string            m_prefix;
   string            m_suffix;

public:
                     SymbolMap(void);
   void              Configure(const string prefix, const string suffix);
   string            ToBroker(const string ledgerName) const;
   // The ledger's name; false if the broker's name lacks prefix or suffix, or is none the ledger could have.
   bool              ToLedger(const string brokerName, string &ledgerName) const;
   // For showing what is not ours: the ledger's name if it has one, else the broker's with what is not allowed
   // in a symbol replaced.
   string            Shown(const string brokerName) const;
  };

SymbolMap::SymbolMap(void)
  {
   m_prefix = "";
   m_suffix = "";
  }

void SymbolMap::Configure(const string prefix, const string suffix)
  {
   m_prefix = prefix;
   m_suffix = suffix;
  }

string SymbolMap::ToBroker(const string ledgerName) const
  {
   return(m_prefix + ledgerName + m_suffix);
  }

bool SymbolMap::ToLedger(const string brokerName, string &ledgerName) const
  {
   ledgerName = "";
   int head = StringLen(m_prefix);
   int tail = StringLen(m_suffix);
   int length = StringLen(brokerName) - head - tail;
   if(length < 1)
      return(false);
   if(head > 0 && StringSubstr(brokerName, 0, head) != m_prefix)
      return(false);
   if(tail > 0 && StringSubstr(brokerName, head + length, tail) != m_suffix)
      return(false);
   string name = StringSubstr(brokerName, head, length);
   if(!Scalars::Fits(name, SCALAR_SYMBOL))
      return(false);
   ledgerName = name;
   return(true);
  }

string SymbolMap::Shown(const string brokerName) const
  {
   string name = "";
   if(ToLedger(brokerName, name))
      return(name);
   for(int i = 0; i < StringLen(brokerName) && i < 32; i++)
     {
      string letter = StringSubstr(brokerName, i, 1);
      name += Scalars::IsPlain(letter, i == 0 ? "" : "._#+-") ? letter : (i == 0 ? "X" : "_");
     }
   return(StringLen(name) > 0 ? name : "X");
  }

#endif
