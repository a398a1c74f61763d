// datetime: literals, arithmetic, text, structures, the clock.
void OnStart()
  {
   datetime at = D'2024.02.29 23:59:58';
   Print(at, " ", (long)at, " ", TimeToString(at), " ", TimeToString(at, TIME_DATE), " ", TimeToString(at, TIME_DATE | TIME_SECONDS), " ", TimeToString(at, TIME_MINUTES));
   datetime later = at + 2;
   Print(later, " ", later - at, " ", later > at, " ", at == D'29.02.2024 23:59:58');
   MqlDateTime parts;
   TimeToStruct(later, parts);
   Print(parts.year, " ", parts.mon, " ", parts.day, " ", parts.hour, " ", parts.day_of_week, " ", parts.day_of_year);
   parts.year = 2038;
   parts.mon = 12;
   Print(StructToTime(parts), " ", (long)StructToTime(parts));
   Print(StringToTime("2024.02.29 23:59:58") == at, " ", StringToTime("2024.03.01") == D'2024.03.01');
   Print(TimeGMT(), " ", TimeCurrent() == TimeTradeServer(), " ", GetTickCount64(), " ", GetMicrosecondCount());
   datetime zero = 0;
   Print(zero, " ", (string)at, " ", "at " + TimeToString(at));
   Print((long)D'1970.01.01', " ", (long)D'2000.01.01', " ", (long)D'2100.03.01');
  }
