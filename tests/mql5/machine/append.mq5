// Appends a record at each start and tells what it found: state that outlives a crash, and state that does not.
input int InpBytes = 4;
int g_starts = 0;
class Guard
  {
public:
                    ~Guard()
     {
      int handle = FileOpen("destructor.bin", FILE_WRITE | FILE_BIN);
      if(handle != INVALID_HANDLE)
         FileClose(handle);
     }
  };
Guard g_guard;
class Record
  {
   string            m_text;
public:
                     Record(const string text) : m_text(text) {}
   int               Size() const { return StringLen(m_text); }
  };
int Calls()
  {
   static int calls = 0;
   calls++;
   return calls;
  }
void Write(const int handle, const int value)
  {
   FileSeek(handle, 0, SEEK_END);
   for(int i = 0; i < InpBytes; i++)
      FileWriteInteger(handle, value, 1);
  }
void OnStart()
  {
   g_starts++;
   Record *record = new Record("held while the terminal dies");
   string held = "size " + IntegerToString(record.Size());
   int handle = FileOpen("journal.bin", FILE_READ | FILE_WRITE | FILE_BIN);
   Print("found ", FileSize(handle), " starts ", g_starts, " calls ", Calls());
   Write(handle, 0x11);
   FileFlush(handle);
   Write(handle, 0x22);
   Print("written ", held);
   FileFlush(handle);
   FileClose(handle);
   delete record;
  }
