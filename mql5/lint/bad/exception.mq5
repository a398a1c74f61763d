// Exceptions do not exist: every error is a return value.
void OnStart()
  {
   try
     {
      Print(1);
     }
   catch(int code)
     {
      Print(code);
     }
  }
