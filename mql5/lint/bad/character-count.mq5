// The count is one of bytes: anything beyond ASCII is cut off.
void OnStart()
  {
   string text = "text";
   uchar bytes[];
   StringToCharArray(text, bytes, 0, StringLen(text), CP_UTF8);
  }
