// Statics start with constants; this call would run before OnInit, or not at all.
int Start()
  {
   return 5;
  }
void OnStart()
  {
   static int started = Start();
   Print(started);
  }
