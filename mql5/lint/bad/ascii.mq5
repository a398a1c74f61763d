// MetaEditor guesses the encoding of this file.
void OnStart()
  {
   Print("€");
  }
