//+------------------------------------------------------------------+
//| HttpClient: one POST at a time through WebRequest, and what its  |
//| errors mean for a trader.                                        |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_HTTPCLIENT_MQH
#define DISTORTSIGNALS_HTTPCLIENT_MQH

#include "Types.mqh"
#include "Utf8.mqh"
#include "Uuid.mqh"

// An answer that is longer is not the server's.
#define ANSWER_MOST_BYTES 4194304

class HttpClient
  {
private:
   string            m_url;
   string            m_apiKey;
   int               m_timeoutMs;
   uint              m_requests;
   int               m_status;
   int               m_error;
   string            m_requestId;
   string            m_headers;
   uchar             m_body[];
   int               m_length;

public:
                     HttpClient(void);
   void              Configure(const string url, const string apiKey, const int timeoutMs);
   // Sends `body` to `path` and waits for the answer. False if none came: then the server may have acted or not.
   bool              Post(const string path, const string body);
   int               Status(void) const;
   bool              IsSuccess(void) const;
   // A header of the answer, "" if it has none of that name.
   string            Header(const string name) const;
   int               Body(uchar &bytes[]) const;
   // What went wrong when Post() was false, and what to do about it.
   string            Explain(void) const;
   // The id by which the server's log knows the request.
   string            RequestId(void) const;

private:
   string            RequestHeaders(void) const;
   void              Keep(const char &result[]);
  };

HttpClient::HttpClient(void)
  {
   m_url = "";
   m_apiKey = "";
   m_timeoutMs = 5000;
   m_requests = 0;
   m_status = 0;
   m_error = 0;
   m_requestId = "";
   m_headers = "";
   m_length = 0;
  }

void HttpClient::Configure(const string url, const string apiKey, const int timeoutMs)
  {
   m_url = url;
   m_apiKey = apiKey;
   m_timeoutMs = timeoutMs;
  }

bool HttpClient::Post(const string path, const string body)
  {
   uchar bytes[];
   int count = Utf8::Encode(body, bytes);
   char data[];
   char result[];
   ArrayResize(data, count);
   ArrayResize(result, 0);
   for(int i = 0; i < count; i++)
      data[i] = (char)bytes[i];
   m_requests++;
   m_requestId = Uuid::Derive(IntegerToString((long)m_requests) + "|" + IntegerToString((long)GetMicrosecondCount()) + "|"
                              + IntegerToString((long)TimeLocal()) + "|" + m_apiKey);
   m_headers = "";
   m_length = 0;
   m_status = 0;
   ResetLastError();
   string headers = "";
   int status = WebRequest("POST", m_url + path, RequestHeaders(), m_timeoutMs, data, result, headers);
   m_error = GetLastError();
   if(status < 100 || status > 599)
      return(false);
   m_status = status;
   m_headers = headers;
   Keep(result);
   return(true);
  }

int HttpClient::Status(void) const
  {
   return(m_status);
  }

bool HttpClient::IsSuccess(void) const
  {
   return(m_status >= 200 && m_status <= 299);
  }

string HttpClient::Header(const string name) const
  {
   string wanted = name;
   StringToLower(wanted);
   string lines[];
   int count = StringSplit(m_headers, '\n', lines);
   for(int i = 0; i < count; i++)
     {
      int colon = StringFind(lines[i], ":");
      if(colon < 1)
         continue;
      string found = StringSubstr(lines[i], 0, colon);
      StringToLower(found);
      if(found != wanted)
         continue;
      string value = StringSubstr(lines[i], colon + 1);
      StringTrimLeft(value);
      StringTrimRight(value);
      return(value);
     }
   return("");
  }

int HttpClient::Body(uchar &bytes[]) const
  {
   ArrayResize(bytes, m_length);
   for(int i = 0; i < m_length; i++)
      bytes[i] = m_body[i];
   return(m_length);
  }

string HttpClient::Explain(void) const
  {
   switch(m_error)
     {
      case 4014:
         return("The terminal does not allow requests to " + m_url + ". Add exactly this address under Tools > Options >"
                + " Expert Advisors > Allow WebRequest for listed URL.");
      case 5200:
         return("The address " + m_url + " is not valid. Correct the input InpServerUrl.");
      case 5201:
         return("The server " + m_url + " cannot be reached. Check the internet connection and the address.");
      case 5202:
         return("The server did not answer within " + IntegerToString(m_timeoutMs) + " ms. It is asked again.");
      case 5203:
         return("The request failed on its way. It is sent again.");
      default:
         break;
     }
   return("The request failed with error " + IntegerToString(m_error) + ". It is sent again.");
  }

string HttpClient::RequestId(void) const
  {
   return(m_requestId);
  }

string HttpClient::RequestHeaders(void) const
  {
   return("Content-Type: application/json\r\nAuthorization: Bearer " + m_apiKey
          + "\r\nX-Contract-Version: " + CONTRACT_VERSION + "\r\nX-Request-Id: " + m_requestId + "\r\n");
  }

void HttpClient::Keep(const char &result[])
  {
   int length = ArraySize(result);
   if(length > ANSWER_MOST_BYTES)
      length = 0;
   ArrayResize(m_body, length);
   for(int i = 0; i < length; i++)
      m_body[i] = (uchar)result[i];
   m_length = length;
  }

#endif
