// Text files, moves, copies, folders, searches.
string Dump(const string name)
  {
   uchar bytes[];
   FileLoad(name, bytes);
   string out = "";
   for(int i = 0; i < ArraySize(bytes); i++)
      out += StringFormat("%02x", bytes[i]);
   return out;
  }
void OnStart()
  {
   int handle = FileOpen("lines.txt", FILE_WRITE | FILE_TXT | FILE_ANSI, 0, CP_UTF8);
   FileWrite(handle, "first ", 1, " \xE9");
   FileWriteString(handle, "second\r\n");
   FileWriteString(handle, "last");
   FileClose(handle);
   Print(Dump("lines.txt"));
   handle = FileOpen("lines.txt", FILE_READ | FILE_TXT | FILE_ANSI, 0, CP_UTF8);
   while(!FileIsEnding(handle))
      Print("[", FileReadString(handle), "]");
   FileClose(handle);
   handle = FileOpen("default.txt", FILE_WRITE | FILE_TXT | FILE_ANSI);
   FileClose(handle);
   handle = FileOpen("table.csv", FILE_WRITE | FILE_CSV | FILE_ANSI, ';');
   FileWrite(handle, "a", 1, 2.5);
   FileClose(handle);
   handle = FileOpen("table.csv", FILE_READ | FILE_CSV | FILE_ANSI, ';');
   string head = FileReadString(handle);
   bool ended = FileIsLineEnding(handle);
   double number = FileReadNumber(handle);
   double last = FileReadNumber(handle);
   Print(head, " ", ended, " ", number, " ", last, " ", FileIsLineEnding(handle));
   FileClose(handle);
   ResetLastError();
   bool refused = FileMove("lines.txt", 0, "default.txt", 0);
   Print(refused, " ", GetLastError());
   bool moved = FileMove("lines.txt", 0, "default.txt", FILE_REWRITE);
   Print(moved, " ", FileIsExist("lines.txt"), " ", FileIsExist("default.txt"));
   bool copied = FileCopy("default.txt", 0, "copy.txt", FILE_COMMON);
   Print(copied, " ", FileIsExist("copy.txt"), " ", FileIsExist("copy.txt", FILE_COMMON));
   string found;
   long search = FileFindFirst("*.txt", found);
   Print(found);
   Print(FileFindNext(search, found));
   FileFindClose(search);
   Print(FolderCreate("new\\deep"));
   Print(FolderDelete("new"));
   Print(FolderDelete("new\\deep"));
   Print(FolderDelete("new"));
  }
