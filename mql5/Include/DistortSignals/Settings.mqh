//+------------------------------------------------------------------+
//| Settings: are the inputs what they should be? Answers in         |
//| sentences a trader understands.                                  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_SETTINGS_MQH
#define DISTORTSIGNALS_SETTINGS_MQH

#include "Scalars.mqh"
#include "Types.mqh"

class Settings
  {
public:
   // "" if all is well. Also takes blanks off, and a closing slash off the address.
   static string     Fault(OfficerSettings &settings);

private:
   static string     UrlFault(OfficerSettings &settings);
   static string     KeyFault(const string key);
   static string     AffixFault(const string affix, const string inputName);
   static string     DaylightFault(OfficerSettings &settings);
   static string     RangeFault(const string inputName, const int value, const int least, const int most);
  };

string Settings::Fault(OfficerSettings &settings)
  {
   string faults[9];
   StringTrimLeft(settings.apiKey);
   StringTrimRight(settings.apiKey);
   faults[0] = UrlFault(settings);
   faults[1] = KeyFault(settings.apiKey);
   faults[2] = AffixFault(settings.symbolPrefix, "InpSymbolPrefix");
   faults[3] = AffixFault(settings.symbolSuffix, "InpSymbolSuffix");
   faults[4] = RangeFault("InpPollSeconds", settings.pollSeconds, 1, 300);
   faults[5] = RangeFault("InpMaxDirectives", settings.maxDirectives, 1, 100);
   faults[6] = RangeFault("InpGraceSeconds", settings.graceSeconds, 5, 600);
   faults[7] = RangeFault("InpTimeoutMs", settings.timeoutMs, 1000, 30000);
   faults[8] = DaylightFault(settings);
   for(int i = 0; i < 9; i++)
      if(StringLen(faults[i]) > 0)
         return(faults[i]);
   string fault = RangeFault("InpResolveSeconds", settings.resolveSeconds, 60, 86400);
   if(StringLen(fault) == 0 && settings.resolveSeconds <= settings.graceSeconds)
      fault = "InpResolveSeconds must be more than InpGraceSeconds: first it is reported as unknown, later as absent.";
   return(fault);
  }

string Settings::UrlFault(OfficerSettings &settings)
  {
   StringTrimLeft(settings.serverUrl);
   StringTrimRight(settings.serverUrl);
   int length = StringLen(settings.serverUrl);
   if(length > 0 && StringGetCharacter(settings.serverUrl, length - 1) == '/')
      settings.serverUrl = StringSubstr(settings.serverUrl, 0, length - 1);
   string url = settings.serverUrl;
   if(StringLen(url) == 0)
      return("InpServerUrl is empty. Enter the address of your DistortSignals server, for example https://signals.example.com.");
   // Input strings are cut at about 190 characters without a word.
   if(StringLen(url) > 180)
      return("InpServerUrl is longer than 180 characters; the terminal would cut it.");
   bool local = (StringFind(url, "http://127.0.0.1") == 0 || StringFind(url, "http://localhost") == 0);
   if(StringFind(url, "https://") != 0 && !local)
      return("InpServerUrl must begin with https://, or the API key would travel unencrypted.");
   if(!Scalars::IsPlain(url, ":/.-_~%"))
      return("InpServerUrl contains a character that does not belong into an address.");
   return("");
  }

string Settings::KeyFault(const string key)
  {
   if(StringLen(key) == 0)
      return("InpApiKey is empty. Enter the key that the operator issued for the officer of this account.");
   bool shaped = (StringLen(key) == 59 && StringFind(key, "ds_") == 0 && StringGetCharacter(key, 15) == '_');
   if(!shaped || !Scalars::IsPlain(key, "_-"))
      return("InpApiKey is not a complete key: it has 59 characters and looks like ds_xxxxxxxxxxxx_ followed by 43 more. Copy it again, whole.");
   return("");
  }

string Settings::AffixFault(const string affix, const string inputName)
  {
   if(StringLen(affix) > 16 || !Scalars::IsPlain(affix, "._#+-"))
      return(inputName + " may only hold up to 16 letters, digits and . _ # + -. For a broker that calls EURUSD \"EURUSD.r\" the suffix is .r, exactly as written there.");
   return("");
  }

string Settings::DaylightFault(OfficerSettings &settings)
  {
   StringTrimLeft(settings.serverDaylightSaving);
   StringTrimRight(settings.serverDaylightSaving);
   string rule = settings.serverDaylightSaving;
   if(rule == "us" || rule == "eu" || rule == "none")
      return("");
   return("InpServerDaylightSaving is \"" + rule + "\"; it must be us (most brokers: their day ends when New York closes), eu, or none"
          + " for a server whose clock is never changed.");
  }

string Settings::RangeFault(const string inputName, const int value, const int least, const int most)
  {
   if(value >= least && value <= most)
      return("");
   return(inputName + " is " + IntegerToString(value) + "; it must be between " + IntegerToString(least) + " and "
          + IntegerToString(most) + ".");
  }

#endif
