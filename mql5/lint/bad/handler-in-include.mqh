// Who includes this file does not see that it handles an event.
void OnTimer()
  {
  }
