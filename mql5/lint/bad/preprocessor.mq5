// The preprocessor has no expressions.
#if 1
void OnStart()
  {
  }
#endif
