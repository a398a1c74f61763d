// The default code page is that of the Windows it runs on: umlauts come out as question marks.
void OnStart()
  {
   uchar bytes[];
   StringToCharArray("text", bytes, 0, -1);
  }
