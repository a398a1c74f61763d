// Binary files: append, truncate, seek, sharing, errors.
string Dump(const string name)
  {
   uchar bytes[];
   long count = FileLoad(name, bytes);
   string out = IntegerToString(count) + ":";
   for(int i = 0; i < ArraySize(bytes); i++)
      out += StringFormat("%02x", bytes[i]);
   return out;
  }
void Append(const string name, const int value)
  {
   int handle = FileOpen(name, FILE_READ | FILE_WRITE | FILE_BIN);
   FileSeek(handle, 0, SEEK_END);
   FileWriteInteger(handle, value);
   FileClose(handle);
  }
void Refuse(const string name, const int flags)
  {
   ResetLastError();
   int handle = FileOpen(name, flags);
   Print(handle, " ", GetLastError());
  }
void Numbers(const string name)
  {
   int handle = FileOpen(name, FILE_WRITE | FILE_BIN);
   uchar data[] = {1, 2, 3, 4};
   Print(FileSize(handle));
   Print(FileWriteLong(handle, -1));
   FileWriteDouble(handle, 1.5);
   uint written = FileWriteArray(handle, data, 1, 2);
   ResetLastError();
   long unread = FileReadLong(handle);
   Print(written, " ", FileSize(handle), " ", unread, " ", GetLastError());
   FileClose(handle);
   handle = FileOpen(name, FILE_READ | FILE_BIN | FILE_SHARE_READ);
   int twice = FileOpen(name, FILE_READ | FILE_BIN | FILE_SHARE_READ);
   long first = FileReadLong(handle);
   double second = FileReadDouble(handle);
   uchar rest[];
   uint count = FileReadArray(handle, rest);
   Print(first, " ", second, " ", count, " ", rest[1], " ", FileIsEnding(handle), " ", FileReadLong(twice));
   FileClose(handle);
   FileClose(twice);
  }
void OnStart()
  {
   string name = "folder\\log.bin";
   Refuse("absent.bin", FILE_READ | FILE_BIN);
   Refuse("..\\outside.bin", FILE_WRITE | FILE_BIN);
   Append(name, 1);
   Append("folder/log.bin", 0x01020304);
   Print(Dump(name), " ", FileIsExist(name), " ", FileIsExist("none"));
   int handle = FileOpen(name, FILE_READ | FILE_WRITE | FILE_BIN);
   Print(FileSize(handle), " ", FileTell(handle));
   Print(FileReadInteger(handle));
   Print(FileTell(handle));
   Print(FileReadInteger(handle, 1));
   FileSeek(handle, -1, SEEK_END);
   Print(FileIsEnding(handle));
   FileWriteInteger(handle, 0xFF, 1);
   Refuse(name, FILE_READ | FILE_BIN);
   Print(FileDelete(name));
   FileFlush(handle);
   FileClose(handle);
   Print(Dump(name));
   ResetLastError();
   FileClose(handle);
   Print(GetLastError());
   Numbers(name);
   Print(Dump(name));
  }
