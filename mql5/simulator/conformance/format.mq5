// StringFormat and PrintFormat.
void OnStart()
  {
   long wide = 5000000000;
   ulong unsigned_wide = 18446744073709551615;
   Print(StringFormat("%d %5d|%-5d|%05d %+d %x %X %o %u %c %i", 42, 42, 42, 42, 42, 255, 255, 8, 7, 'A', -1));
   Print(StringFormat("%I64d %I64u %I64x", wide, unsigned_wide, wide));
   Print(StringFormat("%f %.2f %8.3f|%-8.1f|%e %g %G", 1.5, 2.346, 3.14159, 2.26, 12345.678, 0.0001, 1e20));
   Print(StringFormat("%s|%10s|%-10s|%.2s|%%", "text", "right", "left", "cut"));
   Print(StringFormat("\x20AC %s", "\x416"));
   PrintFormat("%s=%d", "printed", 3);
   string part = "part";
   Print(StringFormat("%s %s", part, NULL == part ? "null" : "set"));
  }
