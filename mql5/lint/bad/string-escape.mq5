// JSON's escaped slash is not an escape of MQL5.
void OnStart()
  {
   Print("https:\/\/example.com");
  }
