//+------------------------------------------------------------------+
//| Magic: the number at the broker that names a directive, even if  |
//| every local file is lost. Sent as ulong, read as long.           |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_MAGIC_MQH
#define DISTORTSIGNALS_MAGIC_MQH

#include "Types.mqh"

class Magic
  {
public:
   static ulong      Of(const long directiveNo);
   // 0 if the magic number is not ours.
   static long       DirectiveNo(const ulong magic);
   static string     CommentOf(const long directiveNo);
  };

ulong Magic::Of(const long directiveNo)
  {
   ulong prefix = (ulong)MAGIC_PREFIX;
   return((prefix << MAGIC_BITS) | (ulong)directiveNo);
  }

long Magic::DirectiveNo(const ulong magic)
  {
   ulong prefix = (ulong)MAGIC_PREFIX;
   if((magic >> MAGIC_BITS) != prefix)
      return(0);
   return((long)(magic - (prefix << MAGIC_BITS)));
  }

string Magic::CommentOf(const long directiveNo)
  {
   // For people. Brokers cut comments at 26 characters and overwrite them: never read back.
   return("DS " + IntegerToString(directiveNo));
  }

#endif
