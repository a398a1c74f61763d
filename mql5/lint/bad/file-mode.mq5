// Without FILE_ANSI the text is stored in UTF-16.
void OnStart()
  {
   int handle = FileOpen("notes.txt", FILE_WRITE | FILE_TXT);
   FileClose(handle);
  }
