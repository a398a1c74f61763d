// Reads moments.txt, a line each: rule, the broker's offset now, now in UTC, a moment of the broker's clock. Prints that
// moment in UTC, and that again by the broker's clock; seconds all.
#include <DistortSignals/ServerTimes.mqh>

void OnStart()
  {
   int handle = FileOpen("moments.txt", FILE_READ | FILE_TXT | FILE_ANSI);
   while(!FileIsEnding(handle))
     {
      string words[];
      if(StringSplit(FileReadString(handle), ' ', words) != 4)
         continue;
      ServerTimes times;
      times.Configure(words[0]);
      times.Learn(StringToInteger(words[1]), StringToInteger(words[2]));
      long utc = times.ToUtc(StringToInteger(words[3]));
      Print(utc, " ", times.ToBroker(utc));
     }
   FileClose(handle);
   ServerTimes times;
   times.Configure("us");
   // 2026-07-01, 2026-10-25, 2026-11-02 and 2026-12-01.
   Print("steady ", times.Learn(10800, 1782864000), " ", times.Learn(10800, 1792886400), " ", times.Learn(7200, 1793577600), " ",
         times.Learn(10800, 1796083200), " ", times.Learn(7200, 1796083200));
  }
