//+------------------------------------------------------------------+
//| ExecutionOfficer: executes the directives of a DistortSignals    |
//| ledger on one hedging account, each at most once, and reports    |
//| what became of it. Event handlers and inputs only.               |
//+------------------------------------------------------------------+
#property copyright   "DistortSignals, Apache-2.0"
#property link        "https://distortsignals.dev"
#property version     "1.00"
#property description "Executes the directives of a DistortSignals ledger: at most one order per directive,"
#property description "whatever crashes. Allow the server's address under Tools > Options > Expert Advisors."

#include <DistortSignals/Officer.mqh>
#include <DistortSignals/Settings.mqh>

// One step per event: often enough to be quick, seldom enough to cost nothing.
#define STEP_EVERY_MS 250

input string InpServerUrl      = "";     // Address of the server (https://...), also on the WebRequest list
input string InpApiKey         = "";     // API key of this account's officer (ds_...)
input string InpSymbolPrefix   = "";     // What this broker writes before symbol names, case kept
input string InpSymbolSuffix   = "";     // What this broker writes after symbol names, such as .r
input int    InpPollSeconds    = 5;      // Seconds to the next poll when the server does not say
input int    InpMaxDirectives  = 10;     // Directives taken on at a time
input int    InpGraceSeconds   = 30;     // Seconds until an outcome is reported as unknown
input int    InpResolveSeconds = 600;    // Seconds of looking until an order is reported as absent
input int    InpTimeoutMs      = 5000;   // Milliseconds to wait for an answer of the server
input string InpServerDaylightSaving = "us"; // Changes of the clock of the broker's server: us, eu or none
input bool   InpAlerts         = true;   // Show alert windows

Officer *g_officer = NULL;

int OnInit()
  {
   OfficerSettings settings;
   settings.serverUrl = InpServerUrl;
   settings.apiKey = InpApiKey;
   settings.symbolPrefix = InpSymbolPrefix;
   settings.symbolSuffix = InpSymbolSuffix;
   settings.pollSeconds = InpPollSeconds;
   settings.maxDirectives = InpMaxDirectives;
   settings.graceSeconds = InpGraceSeconds;
   settings.resolveSeconds = InpResolveSeconds;
   settings.timeoutMs = InpTimeoutMs;
   settings.serverDaylightSaving = InpServerDaylightSaving;
   settings.alerts = InpAlerts;
   string fault = Settings::Fault(settings);
   if(StringLen(fault) > 0)
     {
      StatusDisplay::ShowOnly(fault);
      Alert("DistortSignals: ", fault);
      return(INIT_PARAMETERS_INCORRECT);
     }
   MathSrand((int)(GetTickCount64() % 32768));
   g_officer = new Officer(settings);
   if(g_officer.Start() && EventSetMillisecondTimer(STEP_EVERY_MS))
      return(INIT_SUCCEEDED);
   delete g_officer;
   g_officer = NULL;
   return(INIT_FAILED);
  }

void OnDeinit(const int reason)
  {
   EventKillTimer();
   if(g_officer == NULL)
      return;
   // What stopped it stays on the chart.
   if(StringLen(g_officer.Stopped()) == 0)
      g_officer.Leave();
   delete g_officer;
   g_officer = NULL;
  }

void OnTimer()
  {
   if(g_officer != NULL)
      g_officer.Step();
  }

// Prices are asked for when they are needed; the work is done by the timer, also when no tick comes.
void OnTick()
  {
  }

void OnTradeTransaction(const MqlTradeTransaction &transaction, const MqlTradeRequest &request, const MqlTradeResult &result)
  {
   if(g_officer != NULL)
      g_officer.Hint();
  }
