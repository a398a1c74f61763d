//+------------------------------------------------------------------+
//| ProtocolClient: the calls of the officer protocol, version 1,    |
//| and of bars. Every call may be repeated with the same body.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_PROTOCOLCLIENT_MQH
#define DISTORTSIGNALS_PROTOCOLCLIENT_MQH

#include "AnswerReader.mqh"
#include "Backoff.mqh"
#include "Clock.mqh"
#include "EventCodec.mqh"
#include "HttpClient.mqh"
#include "Log.mqh"

enum EOutcome
  {
   OUTCOME_OK      = 1,
   OUTCOME_RETRY   = 2,   // no answer, or none that can be used: the same request again, later
   OUTCOME_REFUSED = 3,   // the server will never take this request
   OUTCOME_DENIED  = 4    // the server will take nothing from us: key, account or contract version
  };

enum ECall
  {
   CALL_POLL   = 0,
   CALL_ACK    = 1,
   CALL_REPORT = 2,
   CALL_SYNC   = 3,
   CALL_BARS   = 4
  };

#define CALLS           5
// Poll, ack, report and sync; bars wait for all of them.
#define CALLS_IN_TURN   4
// What a person has to put right is not asked for every second.
#define DENIED_RETRY_MS 30000

class ProtocolClient
  {
private:
   HttpClient       *m_http;
   Clock            *m_clock;
   Log              *m_log;
   AnswerReader      m_reader;
   Backoff           m_backoff[CALLS];
   string            m_instanceId;
   string            m_denied;        // why the server takes nothing from us, "" while it does
   string            m_trouble;       // why the last call failed, "" if it did not
   ulong             m_sentTick;
   uchar             m_bytes[];
   int               m_length;

public:
                     ProtocolClient(HttpClient *http, Clock *clock, Log *log);
   void              SetInstance(const string instanceId);
   bool              IsReady(const ECall call) const;
   EOutcome          Poll(const int maxDirectives, const string &unresolved[], const int count, PollAnswer &answer);
   EOutcome          Acknowledge(const string &ids[], const int count, AckAnswer &answer);
   EOutcome          Report(const ExecutionEvent &events[], const int count, ReportAnswer &answer);
   // `body` is made by Synchronizer.
   EOutcome          Synchronize(const string body, SyncAnswer &answer);
   // `body` is made by BarFeed. Refused at worst: trading does not depend on bars.
   EOutcome          StoreBars(const string body, BarsAnswer &answer);
   void              BeginBody(JsonWriter &writer) const;
   string            Denied(void) const;
   string            Trouble(void) const;
   // The tick before the last request left: what it granted is no older.
   ulong             SentTick(void) const;

private:
   EOutcome          Exchange(const ECall call, const string path, const string body);
   EOutcome          Judge(void);
   EOutcome          JudgeProblem(void);
   EOutcome          Conclude(const ECall call, const EOutcome outcome, const bool readable, const long serverMs);
   string            VersionFault(void) const;
   void              IdList(JsonWriter &writer, const string name, const string &ids[], const int count) const;
  };

ProtocolClient::ProtocolClient(HttpClient *http, Clock *clock, Log *log)
  {
   m_http = http;
   m_clock = clock;
   m_log = log;
   m_instanceId = "";
   m_denied = "";
   m_trouble = "";
   m_sentTick = 0;
   m_length = 0;
  }

void ProtocolClient::SetInstance(const string instanceId)
  {
   m_instanceId = instanceId;
  }

bool ProtocolClient::IsReady(const ECall call) const
  {
   return(m_backoff[(int)call].IsReady(GetTickCount64()));
  }

EOutcome ProtocolClient::Poll(const int maxDirectives, const string &unresolved[], const int count, PollAnswer &answer)
  {
   JsonWriter writer;
   BeginBody(writer);
   writer.IntegerField("max_directives", maxDirectives);
   IdList(writer, "unresolved", unresolved, count);
   writer.EndObject();
   EOutcome outcome = Exchange(CALL_POLL, "/poll", writer.Text());
   bool readable = (outcome == OUTCOME_OK && m_reader.ReadPoll(m_bytes, m_length, answer));
   return(Conclude(CALL_POLL, outcome, readable, answer.serverMs));
  }

EOutcome ProtocolClient::Acknowledge(const string &ids[], const int count, AckAnswer &answer)
  {
   JsonWriter writer;
   BeginBody(writer);
   IdList(writer, "directive_ids", ids, count);
   writer.EndObject();
   EOutcome outcome = Exchange(CALL_ACK, "/ack", writer.Text());
   bool readable = (outcome == OUTCOME_OK && m_reader.ReadAck(m_bytes, m_length, answer));
   return(Conclude(CALL_ACK, outcome, readable, answer.serverMs));
  }

EOutcome ProtocolClient::Report(const ExecutionEvent &events[], const int count, ReportAnswer &answer)
  {
   JsonWriter writer;
   BeginBody(writer);
   writer.Key("events");
   writer.BeginArray();
   for(int i = 0; i < count; i++)
      EventCodec::Write(writer, events[i]);
   writer.EndArray();
   writer.EndObject();
   EOutcome outcome = Exchange(CALL_REPORT, "/report", writer.Text());
   bool readable = (outcome == OUTCOME_OK && m_reader.ReadReport(m_bytes, m_length, answer));
   return(Conclude(CALL_REPORT, outcome, readable, answer.serverMs));
  }

EOutcome ProtocolClient::Synchronize(const string body, SyncAnswer &answer)
  {
   EOutcome outcome = Exchange(CALL_SYNC, "/sync", body);
   bool readable = (outcome == OUTCOME_OK && m_reader.ReadSync(m_bytes, m_length, answer));
   return(Conclude(CALL_SYNC, outcome, readable, answer.serverMs));
  }

EOutcome ProtocolClient::StoreBars(const string body, BarsAnswer &answer)
  {
   EOutcome outcome = Exchange(CALL_BARS, "/bars", body);
   if(outcome == OUTCOME_DENIED)
      outcome = OUTCOME_REFUSED;
   bool readable = (outcome == OUTCOME_OK && m_reader.ReadBars(m_bytes, m_length, answer));
   return(Conclude(CALL_BARS, outcome, readable, answer.serverMs));
  }

void ProtocolClient::BeginBody(JsonWriter &writer) const
  {
   writer.BeginObject();
   writer.TextField("instance_id", m_instanceId);
  }

string ProtocolClient::Denied(void) const
  {
   return(m_denied);
  }

string ProtocolClient::Trouble(void) const
  {
   return(m_trouble);
  }

ulong ProtocolClient::SentTick(void) const
  {
   return(m_sentTick);
  }

EOutcome ProtocolClient::Exchange(const ECall call, const string path, const string body)
  {
   m_length = 0;
   m_trouble = "";
   m_sentTick = GetTickCount64();
   if(!m_http.Post(path, body))
     {
      m_trouble = m_http.Explain();
      return(OUTCOME_RETRY);
     }
   return(Judge());
  }

EOutcome ProtocolClient::Judge(void)
  {
   string fault = VersionFault();
   if(StringLen(fault) > 0)
     {
      m_trouble = fault;
      return(OUTCOME_DENIED);
     }
   string answered = m_http.Header("X-Request-Id");
   if(StringLen(answered) > 0 && answered != m_http.RequestId())
     {
      m_trouble = "An answer to another request came (a cache in between?). It is not used.";
      return(OUTCOME_RETRY);
     }
   m_length = m_http.Body(m_bytes);
   if(!m_http.IsSuccess())
      return(JudgeProblem());
   if(StringLen(m_http.Header("X-Contract-Version")) == 0)
     {
      m_trouble = "The answer does not name its contract version: this is no DistortSignals server, or something in between changes its answers.";
      return(OUTCOME_RETRY);
     }
   return(OUTCOME_OK);
  }

EOutcome ProtocolClient::JudgeProblem(void)
  {
   int status = m_http.Status();
   FieldReader problem;
   string code = m_http.Header("X-Problem-Code");
   string detail = "";
   // An error may come without a body, or with one that is not the server's.
   if(m_length > 0 && problem.OpenBytes(m_bytes, m_length))
     {
      if(StringLen(code) == 0)
         code = problem.LooseText(0, "code");
      detail = problem.LooseText(0, "detail") + " " + problem.LooseText(0, "hint");
     }
   m_trouble = "The server answered " + IntegerToString(status) + " " + code + ". " + Utf8::Clean(detail, 300);
   if(status == 426 || code == "contract_version_missing")
      m_trouble = "The server does not speak contract version " + CONTRACT_VERSION + ": upgrade this expert. " + Utf8::Clean(detail, 300);
   if(status == 401 || status == 403 || status == 404 || status == 426)
      return(OUTCOME_DENIED);
   if(code == "contract_version_missing" || code == "hedging_required")
      return(OUTCOME_DENIED);
   if(status >= 400 && status < 500 && status != 408 && status != 425 && status != 429)
      return(OUTCOME_REFUSED);
   return(OUTCOME_RETRY);
  }

EOutcome ProtocolClient::Conclude(const ECall call, const EOutcome outcome, const bool readable, const long serverMs)
  {
   EOutcome concluded = outcome;
   if(outcome == OUTCOME_OK && !readable)
     {
      m_trouble = "The answer does not fit contract version " + CONTRACT_VERSION + ": " + m_reader.Error() + ".";
      concluded = OUTCOME_RETRY;
     }
   if(concluded == OUTCOME_OK)
     {
      m_clock.Set(serverMs, m_sentTick);
      m_backoff[(int)call].Succeed();
      m_denied = "";
      return(concluded);
     }
   int leastMs = (int)StringToInteger(m_http.Header("Retry-After")) * 1000;
   if(leastMs < 0 || leastMs > 300000)
      leastMs = 0;
   if(concluded == OUTCOME_DENIED)
     {
      m_denied = m_trouble;
      leastMs = DENIED_RETRY_MS;
      m_log.Warn(m_trouble + " Trading stops until this is put right.");
     }
   else
      m_log.Note(m_trouble);
   m_backoff[(int)call].Fail(GetTickCount64(), leastMs);
   return(concluded);
  }

string ProtocolClient::VersionFault(void) const
  {
   string version = m_http.Header("X-Contract-Version");
   if(StringLen(version) == 0 || version == CONTRACT_VERSION)
      return("");
   string upgrade = (StringToInteger(version) > StringToInteger(CONTRACT_VERSION)) ? "this expert" : "the server";
   return("The server speaks contract version " + Utf8::Clean(version, 20) + ", this expert " + CONTRACT_VERSION
          + ": upgrade " + upgrade + ".");
  }

void ProtocolClient::IdList(JsonWriter &writer, const string name, const string &ids[], const int count) const
  {
   writer.Key(name);
   writer.BeginArray();
   for(int i = 0; i < count; i++)
      writer.AddText(ids[i]);
   writer.EndArray();
  }

#endif
