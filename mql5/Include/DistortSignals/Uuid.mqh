//+------------------------------------------------------------------+
//| Uuid: names that follow from what they name. The same deal has   |
//| the same event id whoever reports it, and however often.         |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_UUID_MQH
#define DISTORTSIGNALS_UUID_MQH

#include "Utf8.mqh"

class Uuid
  {
public:
   // The first 128 bits of the SHA-256 of `name`, marked as a UUID of version 8; "" if the terminal cannot hash.
   static string     Derive(const string name);

private:
   static string     Format(const uchar &hash[]);
  };

string Uuid::Derive(const string name)
  {
   uchar data[];
   uchar key[];
   uchar hash[];
   Utf8::Encode("distortsignals|" + name, data);
   ArrayResize(key, 0);
   int length = CryptEncode(CRYPT_HASH_SHA256, data, key, hash);
   if(length < 16)
      return("");
   return(Format(hash));
  }

string Uuid::Format(const uchar &hash[])
  {
   string text = "";
   for(int i = 0; i < 16; i++)
     {
      int value = (int)hash[i];
      if(i == 6)
         value = (value & 15) | 0x80;
      if(i == 8)
         value = (value & 0x3F) | 0x80;
      if(i == 4 || i == 6 || i == 8 || i == 10)
         text += "-";
      text += StringFormat("%02x", value);
     }
   return(text);
  }

#endif
