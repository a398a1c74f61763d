// Prints what the officer's small parts make of numbers, times, symbols, return codes and inputs.
#include <DistortSignals/Backoff.mqh>
#include <DistortSignals/InstrumentRules.mqh>
#include <DistortSignals/Magic.mqh>
#include <DistortSignals/ReturnCodes.mqh>
#include <DistortSignals/Settings.mqh>
#include <DistortSignals/SymbolMap.mqh>
#include <DistortSignals/Uuid.mqh>

void Decimals(void)
  {
   Print("decimal ", Numbers::Decimal(1.08523, 8), " ", Numbers::Decimal(0.1 + 0.2, 8), " ", Numbers::Decimal(-0.000000001, 8),
         " ", Numbers::Decimal(100.0, 8), " ", Numbers::Decimal(-48.36, 8), " ", Numbers::Decimal(1500.0, 0));
   string tickets[3];
   tickets[0] = "18446744073709551615";
   tickets[1] = "18446744073709551616";
   tickets[2] = "12x";
   for(int i = 0; i < 3; i++)
     {
      ulong ticket = 0;
      bool parsed = Numbers::ParseUnsigned(tickets[i], ticket);
      Print("ticket ", tickets[i], " ", parsed, " ", parsed ? Numbers::Unsigned(ticket) : "-");
     }
   string numbers[5];
   numbers[0] = "-12.0";
   numbers[1] = "12.5";
   numbers[2] = "1e3";
   numbers[3] = "";
   numbers[4] = "1099511627775";
   for(int i = 0; i < 5; i++)
     {
      long number = 0;
      bool parsed = Numbers::ParseInteger(numbers[i], number);
      Print("integer ", numbers[i], " ", parsed, " ", parsed ? IntegerToString(number) : "-");
     }
   Print("magic ", Numbers::Unsigned(Magic::Of(1099511627775)), " ", Magic::DirectiveNo(Magic::Of(417)), " ",
         Magic::DirectiveNo(417), " ", Magic::DirectiveNo(0), " ", Magic::CommentOf(417));
  }

void Moments(void)
  {
   string texts[8];
   texts[0] = "2026-01-05T14:00:00Z";
   texts[1] = "2024-02-29T23:59:59.999Z";
   texts[2] = "2025-02-29T00:00:00Z";
   texts[3] = "2026-01-05T14:00:00.25Z";
   texts[4] = "2026-01-05T14:00:00.Z";
   texts[5] = "2026-01-05T14:00:00+00:00";
   texts[6] = "2026-01-05T24:00:00Z";
   texts[7] = "2099-12-31T23:59:59.123456Z";
   for(int i = 0; i < 8; i++)
     {
      long milliseconds = 0;
      bool parsed = Times::Parse(texts[i], milliseconds);
      Print("time ", texts[i], " ", parsed, " ", milliseconds, " ", parsed ? Times::Text(milliseconds) : "-");
     }
  }

void Rounding(void)
  {
   InstrumentRules rules;
   bool loaded = rules.Load("NONE");
   Print("load NONE ", loaded);
   loaded = rules.Load("EURUSD");
   Print("load EURUSD ", loaded);
   Print("volume ", rules.FloorVolume(0.29), " ", rules.FloorVolume(0.299), " ", rules.FloorVolume(0.009), " ",
         rules.FloorVolume(1.0), " ", rules.VolumeFault(0.0), " ", rules.VolumeFault(0.01), " ", rules.VolumeFault(50.01));
   Print("price ", rules.RoundPrice(1.0852349), " ", rules.RoundPrice(1.0852351), " ", rules.StopsFault(true, 1.1, 1.0991, 0.0), " ",
         rules.StopsFault(true, 1.1, 1.099, 1.101), " ", rules.StopsFault(false, 1.1, 1.0991, 0.0));
   rules.Load("GOLD");
   Print("gold ", rules.FloorVolume(0.37), " ", rules.RoundPrice(1923.37), " ", rules.RoundPrice(1923.38));
   string symbols[4];
   symbols[0] = "EURUSD";
   symbols[1] = "GOLD";
   symbols[2] = "EXCHANGE";
   symbols[3] = "BARE";
   for(int i = 0; i < 4; i++)
     {
      rules.Load(symbols[i]);
      string line = "filling " + symbols[i];
      for(int pending = 0; pending < 2; pending++)
        {
         ENUM_ORDER_TYPE_FILLING filling = ORDER_FILLING_FOK;
         for(int tries = 0; rules.Filling(pending == 1, tries, filling); tries++)
            line += " " + EnumToString(filling);
         line += " |";
        }
      Print(line);
     }
  }

void Symbols(void)
  {
   SymbolMap map;
   string name = "";
   map.Configure("m.", ".r");
   Print("map ", map.ToBroker("EURUSD"), " ", map.Shown("US 500!"), " ", map.Shown(" x"));
   string names[4];
   names[0] = "m.EURUSD.r";
   names[1] = "m.EURUSD.R";
   names[2] = "EURUSD";
   names[3] = "m..r";
   for(int i = 0; i < 4; i++)
     {
      bool mapped = map.ToLedger(names[i], name);
      Print("map ", names[i], " ", mapped, " ", name);
     }
  }

void Answers(void)
  {
   string line = "codes";
   for(uint code = 10003; code <= 10047; code++)
      line += " " + IntegerToString((long)code) + "=" + IntegerToString((long)ReturnCodes::Classify(code, false));
   Print(line, " 0=", (int)ReturnCodes::Classify(0, false), " modify=", (int)ReturnCodes::Classify(10025, true));
  }

void Waits(void)
  {
   string line = "backoff";
   for(int failures = 1; failures <= 9; failures++)
      line += " " + IntegerToString(Backoff::DelayMs(failures, 0)) + "-" + IntegerToString(Backoff::DelayMs(failures, 32767));
   Print(line);
   Backoff backoff;
   backoff.Fail(1000, 90000);
   Print("backoff asked ", backoff.IsReady(90999), " ", backoff.IsReady(91000));
   backoff.Succeed();
   Print("backoff after success ", backoff.IsReady(0));
  }

void Inputs(void)
  {
   OfficerSettings good;
   good.serverUrl = " https://signals.example.com/ ";
   good.apiKey = "ds_abcdefghijkl_0123456789012345678901234567890123456789012";
   good.symbolPrefix = "";
   good.symbolSuffix = ".r";
   good.pollSeconds = 5;
   good.maxDirectives = 10;
   good.graceSeconds = 30;
   good.resolveSeconds = 600;
   good.timeoutMs = 5000;
   good.serverDaylightSaving = "us ";
   good.alerts = true;
   string fault = Settings::Fault(good);
   Print("inputs good [", fault, "] ", good.serverUrl);
   OfficerSettings bad = good;
   bad.serverUrl = "http://signals.example.com";
   Print("inputs plain http ", Settings::Fault(bad));
   bad = good;
   bad.apiKey = "ds_short";
   Print("inputs key ", Settings::Fault(bad));
   bad = good;
   bad.symbolSuffix = " r";
   Print("inputs suffix ", Settings::Fault(bad));
   bad = good;
   bad.maxDirectives = 0;
   Print("inputs range ", Settings::Fault(bad));
   bad = good;
   bad.graceSeconds = 100;
   bad.resolveSeconds = 100;
   Print("inputs patience ", Settings::Fault(bad));
   bad = good;
   bad.serverDaylightSaving = "EU";
   Print("inputs clock ", Settings::Fault(bad));
  }

void OnStart()
  {
   Decimals();
   Moments();
   Rounding();
   Symbols();
   Answers();
   Waits();
   Inputs();
   Print("uuid ", Uuid::Derive("x"), " ", Uuid::Derive("x") == Uuid::Derive("x"), " ", Uuid::Derive("x") == Uuid::Derive("y"));
   Print("clean ", Utf8::Clean("a\tb" + ShortToString(0xD800) + "c", 3));
  }
