//+------------------------------------------------------------------+
//| Journal: the file that survives a crash at any instruction.      |
//| What must not be forgotten is appended and flushed before it is  |
//| acted on. See docs/officer.md for the format and the recovery.   |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_JOURNAL_MQH
#define DISTORTSIGNALS_JOURNAL_MQH

#include "JournalFrames.mqh"

#define JOURNAL_END_RECORD "{\"record\":\"end\"}"

class Journal
  {
private:
   string            m_path;
   string            m_newPath;
   string            m_lockPath;
   int               m_lock;
   int               m_handle;
   uint              m_sequence;
   ulong             m_size;
   bool              m_healthy;
   bool              m_torn;
   string            m_error;
   bool              m_passing;
   JournalFrames     m_frames;

public:
                     Journal(void);
                    ~Journal(void);
   // Takes the folder for this program alone. False with Error() if another program has it.
   bool              Lock(const string folder);
   // Reads what is there; the folder must be locked. False with Error() if the journal is damaged. Nothing can
   // be appended before the first Rewrite() or Resume().
   bool              Load(void);
   int               Count(void) const;
   string            Record(const int index);
   // Whether a crash cut the last write short: then the journal must be rewritten before it goes on.
   bool              IsTorn(void) const;
   bool              IsEmpty(void) const;
   bool              Resume(void);
   // Appends one record and flushes it. False if that is not certain: then nothing may be done in reliance on it.
   bool              Append(const string record);
   // Replaces the whole journal by `records`: a new file, read back, and moved over the old one.
   bool              Rewrite(const string &records[], const int count);
   bool              IsHealthy(void) const;
   ulong             Size(void) const;
   string            Error(void) const;
   // Whether the last fault may go away by itself, such as a full disk.
   bool              IsPassing(void) const;
   void              Close(void);

private:
   bool              Fail(const string sentence);
   bool              FailForGood(const string sentence);
   bool              Recover(void);
   bool              ReadWhole(const string path, uchar &bytes[], int &length);
   bool              WriteWhole(const string path, const uchar &bytes[]);
   // Whether the file holds frames and nothing else; `ended`: and was written to its end.
   bool              IsWhole(const string path, const bool ended);
   void              CloseFile(void);
  };

Journal::Journal(void)
  {
   m_path = "";
   m_newPath = "";
   m_lockPath = "";
   m_lock = INVALID_HANDLE;
   m_handle = INVALID_HANDLE;
   m_sequence = 0;
   m_size = 0;
   m_healthy = false;
   m_torn = false;
   m_error = "";
   m_passing = false;
  }

Journal::~Journal(void)
  {
   Close();
  }

bool Journal::Load(void)
  {
   m_error = "";
   if(!Recover())
      return(false);
   uchar bytes[];
   int length = 0;
   if(FileIsExist(m_path) && !ReadWhole(m_path, bytes, length))
      return(Fail("The journal " + m_path + " cannot be read (error " + IntegerToString(GetLastError()) + ")."));
   m_frames.Scan(bytes, length);
   if(m_frames.IsBroken() || (m_frames.IsTorn() && m_frames.Count() == 0))
      return(FailForGood("The journal " + m_path + " is damaged at byte " + IntegerToString(m_frames.DamagedAt())
                         + ". What it should say there may be an order, so trading stops. Compare the account with the ledger,"
                         + " then move the file away: the officer starts without it and takes every open directive as unknown."));
   m_torn = m_frames.IsTorn();
   m_sequence = (uint)m_frames.Count();
   m_size = (ulong)length;
   return(true);
  }

int Journal::Count(void) const
  {
   return(m_frames.Count());
  }

string Journal::Record(const int index)
  {
   return(m_frames.Payload(index));
  }

bool Journal::IsTorn(void) const
  {
   return(m_torn);
  }

bool Journal::IsEmpty(void) const
  {
   return(m_frames.Count() == 0);
  }

bool Journal::Resume(void)
  {
   CloseFile();
   m_handle = FileOpen(m_path, FILE_READ | FILE_WRITE | FILE_BIN);
   if(m_handle == INVALID_HANDLE)
      return(Fail("The journal cannot be opened for writing (error " + IntegerToString(GetLastError()) + ")."));
   // Without the seek the first record would be overwritten.
   if(!FileSeek(m_handle, 0, SEEK_END) || FileTell(m_handle) != m_size)
     {
      CloseFile();
      return(Fail("The journal has another length than was read."));
     }
   m_healthy = true;
   return(true);
  }

bool Journal::Append(const string record)
  {
   if(!m_healthy)
      return(false);
   uchar bytes[];
   ArrayResize(bytes, 0);
   JournalFrames::Build(record, m_sequence + 1, bytes);
   int count = ArraySize(bytes);
   ResetLastError();
   uint written = FileWriteArray(m_handle, bytes, 0, count);
   FileFlush(m_handle);
   int error = GetLastError();
   if(written != (uint)count || error != 0)
     {
      // Half a record may be in the file: whatever came after it would be a broken middle.
      CloseFile();
      m_torn = true;
      return(Fail("A record could not be written to the journal (error " + IntegerToString(error) + "): is the disk full?"));
     }
   m_sequence++;
   m_size += (ulong)count;
   return(true);
  }

bool Journal::Rewrite(const string &records[], const int count)
  {
   uchar bytes[];
   ArrayResize(bytes, 0);
   for(int i = 0; i < count; i++)
      JournalFrames::Build(records[i], (uint)(i + 1), bytes);
   JournalFrames::Build(JOURNAL_END_RECORD, (uint)(count + 1), bytes);
   if(!WriteWhole(m_newPath, bytes))
      return(Fail("A new journal could not be written (error " + IntegerToString(GetLastError()) + "): is the disk full?"));
   CloseFile();
   // Until here the old file is whole, from here the new one is: Recover() knows both and what may lie between.
   if(!FileMove(m_newPath, 0, m_path, FILE_REWRITE))
     {
      int error = GetLastError();
      // Only without the new file may the old one grow again.
      if(!m_torn && m_size > 0 && FileIsExist(m_path) && FileDelete(m_newPath))
         Resume();
      return(Fail("The new journal could not replace the old one (error " + IntegerToString(error) + ")."));
     }
   m_sequence = (uint)(count + 1);
   m_size = (ulong)ArraySize(bytes);
   m_torn = false;
   return(Resume());
  }

bool Journal::IsHealthy(void) const
  {
   return(m_healthy);
  }

ulong Journal::Size(void) const
  {
   return(m_size);
  }

string Journal::Error(void) const
  {
   return(m_error);
  }

bool Journal::IsPassing(void) const
  {
   return(m_passing);
  }

void Journal::Close(void)
  {
   CloseFile();
   if(m_lock != INVALID_HANDLE)
      FileClose(m_lock);
   m_lock = INVALID_HANDLE;
  }

bool Journal::Fail(const string sentence)
  {
   m_error = sentence;
   m_passing = true;
   return(false);
  }

bool Journal::FailForGood(const string sentence)
  {
   m_error = sentence;
   m_passing = false;
   return(false);
  }

bool Journal::Lock(const string folder)
  {
   m_path = folder + "\\journal.bin";
   m_newPath = folder + "\\journal.new";
   m_lockPath = folder + "\\lock";
   Close();
   // Opened without sharing and held: a second chart with this account must not write the same journal.
   m_lock = FileOpen(m_lockPath, FILE_READ | FILE_WRITE | FILE_BIN);
   if(m_lock != INVALID_HANDLE)
      return(true);
   int error = GetLastError();
   if(FileIsExist(m_lockPath))
      return(FailForGood("Another chart already runs the officer for this account (error " + IntegerToString(error)
                         + "). One is enough: remove this one."));
   return(Fail("The folder " + folder + " cannot be written (error " + IntegerToString(error) + "): is the disk full?"));
  }

bool Journal::Recover(void)
  {
   if(!FileIsExist(m_newPath))
      return(true);
   if(IsWhole(m_path, false) || !IsWhole(m_newPath, true))
     {
      // A rewrite that never became the journal: the old one still says everything. It must go: what is
      // appended to the old one from now on, it does not know.
      if(!FileDelete(m_newPath))
         return(Fail("The file " + m_newPath + " is in the way and cannot be deleted."));
      return(true);
     }
   // The crash came while the new file took the old one's place.
   if(!FileMove(m_newPath, 0, m_path, FILE_REWRITE))
      return(Fail("The journal could not be put back in place (error " + IntegerToString(GetLastError()) + ")."));
   return(true);
  }

bool Journal::IsWhole(const string path, const bool ended)
  {
   uchar bytes[];
   int length = 0;
   if(!FileIsExist(path) || !ReadWhole(path, bytes, length))
      return(false);
   m_frames.Scan(bytes, length);
   int count = m_frames.Count();
   if(count == 0 || m_frames.IsTorn() || m_frames.IsBroken())
      return(false);
   return(!ended || m_frames.Payload(count - 1) == JOURNAL_END_RECORD);
  }

bool Journal::ReadWhole(const string path, uchar &bytes[], int &length)
  {
   length = 0;
   int handle = FileOpen(path, FILE_READ | FILE_BIN);
   if(handle == INVALID_HANDLE)
      return(false);
   int size = (int)FileSize(handle);
   ArrayResize(bytes, size);
   uint count = 0;
   if(size > 0)
      count = FileReadArray(handle, bytes, 0, size);
   FileClose(handle);
   length = (int)count;
   return(count == (uint)size);
  }

bool Journal::WriteWhole(const string path, const uchar &bytes[])
  {
   int handle = FileOpen(path, FILE_WRITE | FILE_BIN);
   if(handle == INVALID_HANDLE)
      return(false);
   int count = ArraySize(bytes);
   uint written = FileWriteArray(handle, bytes, 0, count);
   FileFlush(handle);
   FileClose(handle);
   if(written != (uint)count)
      return(false);
   // Read back: the old journal is given up for this one.
   uchar again[];
   int length = 0;
   if(!ReadWhole(path, again, length) || length != count)
      return(false);
   for(int i = 0; i < count; i++)
      if(again[i] != bytes[i])
         return(false);
   return(true);
  }

void Journal::CloseFile(void)
  {
   m_healthy = false;
   if(m_handle != INVALID_HANDLE)
      FileClose(m_handle);
   m_handle = INVALID_HANDLE;
  }

#endif
