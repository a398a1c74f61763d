// The form with a cookie sends form data only.
void OnStart()
  {
   char data[], result[];
   string headers;
   int code = WebRequest("POST", "https://example.com", NULL, NULL, 5000, data, 0, result, headers);
   Print(code);
  }
