//+------------------------------------------------------------------+
//| Instance: the id by which the server tells two terminals on one  |
//| account apart. Made once and kept in the data folder.            |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_INSTANCE_MQH
#define DISTORTSIGNALS_INSTANCE_MQH

#include "Scalars.mqh"
#include "Uuid.mqh"

class Instance
  {
public:
   // The id of this terminal for `folder`; "" if it can neither be read nor kept. `account`: login and server.
   static string     Obtain(const string folder, const string account);

private:
   static string     ReadLine(const string path);
   static bool       WriteLine(const string path, const string line);
   static string     Fingerprint(void);
  };

string Instance::Obtain(const string folder, const string account)
  {
   string path = folder + "\\instance.txt";
   string line = ReadLine(path);
   string id = StringSubstr(line, 0, 36);
   // A data folder copied to another terminal brings the file along: two terminals with one id could both be
   // granted one directive.
   if(Scalars::Fits(id, SCALAR_UUID) && StringSubstr(line, 37) == Fingerprint())
      return(id);
   string seed = account + "|" + IntegerToString((long)TimeLocal()) + "|" + IntegerToString((long)GetMicrosecondCount());
   for(int i = 0; i < 4; i++)
      seed += "|" + IntegerToString(MathRand());
   id = Uuid::Derive("instance|" + seed + "|" + Fingerprint());
   // By a new file and a move: half an id would be an id nobody knows.
   string newPath = folder + "\\instance.new";
   if(StringLen(id) == 0 || !WriteLine(newPath, id + " " + Fingerprint()) || !FileMove(newPath, 0, path, FILE_REWRITE))
      return("");
   return(id);
  }

string Instance::ReadLine(const string path)
  {
   if(!FileIsExist(path))
      return("");
   int handle = FileOpen(path, FILE_READ | FILE_TXT | FILE_ANSI);
   if(handle == INVALID_HANDLE)
      return("");
   string line = FileReadString(handle);
   FileClose(handle);
   return(line);
  }

bool Instance::WriteLine(const string path, const string line)
  {
   int handle = FileOpen(path, FILE_WRITE | FILE_TXT | FILE_ANSI);
   if(handle == INVALID_HANDLE)
      return(false);
   uint written = FileWriteString(handle, line);
   FileFlush(handle);
   FileClose(handle);
   return(written >= (uint)StringLen(line) && ReadLine(path) == line);
  }

string Instance::Fingerprint(void)
  {
   return(Uuid::Derive("terminal|" + TerminalInfoString(TERMINAL_DATA_PATH)));
  }

#endif
