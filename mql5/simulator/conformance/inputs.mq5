// Inputs keep their defaults unless the terminal sets them; they cannot be assigned.
enum Mode { MODE_SLOW, MODE_FAST };
input group "Connection"
input string   InpUrl = "https://example.com"; // Address
input int      InpSeconds = 5;
sinput bool    InpAlerts = true;
input double   InpRatio = 0.5;
input Mode     InpMode = MODE_FAST;
input datetime InpFrom = D'2024.01.01';
string url_at_start = InpUrl;
void OnStart()
  {
   Print(InpUrl, " ", InpSeconds, " ", InpAlerts, " ", InpRatio, " ", EnumToString(InpMode), " ", InpFrom, " ", url_at_start);
  }
