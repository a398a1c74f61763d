// Names of C++'s library do not exist.
void OnStart()
  {
   int larger = std::max(1, 2);
   Print(larger);
  }
