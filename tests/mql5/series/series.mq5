// Asks every second for bars in every way there is, and prints what it gets.
void Show(const string what, const int count, const MqlRates &rates[])
  {
   string line = what + " " + IntegerToString(count);
   if(count < 0)
      line += " error " + IntegerToString(GetLastError());
   for(int i = 0; i < count; i++)
      line += " " + TimeToString(rates[i].time, TIME_MINUTES) + "=" + DoubleToString(rates[i].open, 5) + "," + DoubleToString(rates[i].high, 5)
              + "," + DoubleToString(rates[i].low, 5) + "," + DoubleToString(rates[i].close, 5) + "," + IntegerToString(rates[i].tick_volume)
              + "," + IntegerToString(rates[i].spread);
   Print(line);
   ResetLastError();
  }

void Copies(const datetime noon)
  {
   MqlRates rates[];
   Show("newest", CopyRates(Symbol(), PERIOD_H1, 0, 2, rates), rates);
   Show("closed", CopyRates(Symbol(), PERIOD_H1, 1, 100, rates), rates);
   Show("older", CopyRates(Symbol(), PERIOD_H1, 50, 1, rates), rates);
   Show("deeper", CopyRates(Symbol(), PERIOD_H1, 0, TerminalInfoInteger(TERMINAL_MAXBARS) + 1, rates), rates);
   Show("until", CopyRates(Symbol(), PERIOD_H1, (datetime)((long)noon - 1), 1, rates), rates);
   Show("between", CopyRates(Symbol(), PERIOD_H1, (datetime)((long)noon - 7200), (datetime)((long)noon - 3600), rates), rates);
   Show("quarters", CopyRates(Symbol(), PERIOD_M15, 1, 2, rates), rates);
   Show("day", CopyRates(Symbol(), PERIOD_D1, 0, 1, rates), rates);
   Show("unknown", CopyRates("USDMOON", PERIOD_H1, 0, 1, rates), rates);
   ArraySetAsSeries(rates, true);
   if(CopyRates(Symbol(), PERIOD_H1, 0, 2, rates) == 2)
      Print("as series ", TimeToString(rates[0].time, TIME_MINUTES), " ", TimeToString(rates[1].time, TIME_MINUTES));
   MqlRates room[1];
   Show("no room", CopyRates(Symbol(), PERIOD_H1, 0, 2, room), room);
  }

void Properties(const datetime noon)
  {
   long value = 0;
   bool known = SeriesInfoInteger(Symbol(), PERIOD_H1, SERIES_BARS_COUNT, value);
   Print("series ", known, " ", value, " ", SeriesInfoInteger(Symbol(), PERIOD_H1, SERIES_SYNCHRONIZED), " ",
         TimeToString((datetime)SeriesInfoInteger(Symbol(), PERIOD_H1, SERIES_FIRSTDATE), TIME_MINUTES), " ",
         TimeToString((datetime)SeriesInfoInteger(Symbol(), PERIOD_H1, SERIES_LASTBAR_DATE), TIME_MINUTES));
   Print("bars ", Bars(Symbol(), PERIOD_H1), " ", Bars(Symbol(), PERIOD_H1, (datetime)((long)noon - 7200), (datetime)((long)noon - 1)), " ",
         Bars(Symbol(), PERIOD_W1));
   Print("times ", TimeToString(iTime(Symbol(), PERIOD_H1, 1), TIME_MINUTES), " ", (long)iTime(Symbol(), PERIOD_H1, 50));
   Print("lengths ", PeriodSeconds(), " ", PeriodSeconds(PERIOD_M1), " ", PeriodSeconds(PERIOD_M30), " ", PeriodSeconds(PERIOD_H4), " ",
         PeriodSeconds(PERIOD_D1), " ", PeriodSeconds(PERIOD_W1), " ", PeriodSeconds(PERIOD_MN1));
  }

int OnInit()
  {
   return(EventSetTimer(1) ? INIT_SUCCEEDED : INIT_FAILED);
  }

void OnTimer()
  {
   datetime noon = (datetime)(TimeCurrent() - TimeCurrent() % 3600);
   Copies(noon);
   Properties(noon);
  }
