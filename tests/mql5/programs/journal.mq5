// The journal under damage. InpMode: "bytes" tries every cut and every flipped byte; "write" writes and rewrites
// (to be crashed anywhere); "check" prints what is left.
#include <DistortSignals/Journal.mqh>

input string InpMode = "bytes";

#define FOLDER "DistortSignals\\7"
#define PATH   "DistortSignals\\7\\journal.bin"

int g_faults = 0;

void Expect(const bool holds, const string what)
  {
   if(holds)
      return;
   g_faults++;
   Print("fault: ", what);
  }

string RecordText(const int number)
  {
   // Of all sizes, and not ASCII only: the length counts bytes.
   string text = "{\"record\":\"r\",\"n\":" + IntegerToString(number) + ",\"t\":\"";
   for(int i = 0; i < number % 5; i++)
      text += ShortToString(0x00FC);
   return(text + "\"}");
  }

void PutFile(const uchar &bytes[], const int length)
  {
   int handle = FileOpen(PATH, FILE_WRITE | FILE_BIN);
   if(length > 0)
      FileWriteArray(handle, bytes, 0, length);
   FileClose(handle);
  }

int WriteSix(uchar &bytes[])
  {
   ArrayResize(bytes, 0);
   for(int i = 1; i <= 6; i++)
      JournalFrames::Build(RecordText(i), (uint)i, bytes);
   return(ArraySize(bytes));
  }

// The count of whole frames in the first `length` bytes.
int WholeFrames(const int length)
  {
   uchar bytes[];
   ArrayResize(bytes, 0);
   int count = 0;
   for(int i = 1; i <= 6; i++)
     {
      JournalFrames::Build(RecordText(i), (uint)i, bytes);
      if(ArraySize(bytes) <= length)
         count = i;
     }
   return(count);
  }

void TryCut(const uchar &bytes[], const int length)
  {
   PutFile(bytes, length);
   int whole = WholeFrames(length);
   Journal *journal = new Journal();
   Expect(journal.Lock(FOLDER), "lock");
   bool loaded = journal.Load();
   string place = "cut at " + IntegerToString(length);
   Expect(loaded == (whole > 0 || length == 0), place + ": loaded");
   if(loaded)
     {
      Expect(journal.Count() == whole, place + ": count " + IntegerToString(journal.Count()));
      for(int i = 0; i < journal.Count(); i++)
         Expect(journal.Record(i) == RecordText(i + 1), place + ": record");
      if(journal.IsTorn())
         Expect(!journal.Append("x"), place + ": appended to a torn journal");
     }
   delete journal;
  }

void TryFlip(uchar &bytes[], const int length, const int at, const int lastFrame)
  {
   bytes[at] = (uchar)(bytes[at] ^ 0x41);
   PutFile(bytes, length);
   Journal *journal = new Journal();
   journal.Lock(FOLDER);
   bool loaded = journal.Load();
   string place = "flip at " + IntegerToString(at);
   // In the last record it looks like a torn write; anywhere else something flushed is gone.
   Expect(loaded == (at >= lastFrame), place + ": loaded");
   if(loaded)
      Expect(journal.Count() == 5 && journal.IsTorn(), place + ": the last record is ignored");
   else
      Expect(StringFind(journal.Error(), "damaged at byte") > 0, place + ": " + journal.Error());
   delete journal;
   bytes[at] = (uchar)(bytes[at] ^ 0x41);
  }

void TryBytes(void)
  {
   uchar bytes[];
   int length = WriteSix(bytes);
   for(int i = 0; i <= length; i++)
      TryCut(bytes, i);
   uchar five[];
   ArrayResize(five, 0);
   for(int i = 1; i <= 5; i++)
      JournalFrames::Build(RecordText(i), (uint)i, five);
   for(int i = 0; i < length; i++)
      TryFlip(bytes, length, i, ArraySize(five));
   // A record missing in the middle is damage although every other one is whole.
   uchar gap[];
   ArrayResize(gap, 0);
   JournalFrames::Build(RecordText(1), 1, gap);
   JournalFrames::Build(RecordText(3), 3, gap);
   PutFile(gap, ArraySize(gap));
   Journal *journal = new Journal();
   journal.Lock(FOLDER);
   Expect(!journal.Load(), "a gap in the sequence");
   Journal *second = new Journal();
   Expect(!second.Lock(FOLDER), "a second program takes the folder");
   delete second;
   delete journal;
   Print(g_faults, " faults, ", length, " bytes");
  }

// Five old records, rewritten to two, and two more: every state a crash may leave is a prefix of one of these.
void WriteAll(void)
  {
   string records[];
   ArrayResize(records, 2);
   Journal *journal = new Journal();
   journal.Lock(FOLDER);
   journal.Load();
   records[0] = "old 1";
   journal.Rewrite(records, 1);
   for(int i = 2; i <= 5; i++)
      journal.Append("old " + IntegerToString(i));
   Print("flushed old 5");
   records[0] = "new 1";
   records[1] = "new 2";
   journal.Rewrite(records, 2);
   Print("rewritten");
   journal.Append("new 3");
   Print("flushed new 3");
   delete journal;
  }

void Check(void)
  {
   Journal *journal = new Journal();
   string text = "";
   if(!journal.Lock(FOLDER) || !journal.Load())
      text = "error " + journal.Error();
   for(int i = 0; i < journal.Count(); i++)
      if(journal.Record(i) != JOURNAL_END_RECORD)
         text += journal.Record(i) + ",";
   Print("left: ", text);
   // It must go on from there, whatever it was.
   bool usable = false;
   string records[];
   ArrayResize(records, 1);
   records[0] = "next";
   if(journal.IsEmpty() || journal.IsTorn())
      usable = journal.Rewrite(records, 1);
   else
      usable = journal.Resume();
   if(usable)
      usable = journal.Append("more");
   Print("usable: ", usable);
   delete journal;
  }

void OnStart()
  {
   if(InpMode == "bytes")
      TryBytes();
   if(InpMode == "write")
      WriteAll();
   if(InpMode == "check")
      Check();
  }
