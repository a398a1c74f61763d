//+------------------------------------------------------------------+
//| AnswerReader: checks the server's answers against the contract,  |
//| whole, before anything in them is acted on.                      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_ANSWERREADER_MQH
#define DISTORTSIGNALS_ANSWERREADER_MQH

#include "Answers.mqh"
#include "DirectiveCodec.mqh"

#define DIRECTIVE_STATUSES "pending|acknowledged|completed|failed|cancelled"
#define REFUSAL_CODES      "directive_expired|directive_cancelled|directive_taken|directive_finished|directive_unknown|trading_halted"
#define TIMEFRAMES         "M1|M5|M15|M30|H1|H4|D1"
#define ANOMALY_CODES      "late|never_acknowledged|other_instance|unknown_directive|event_conflict|volume_exceeds_directive"

class AnswerReader
  {
private:
   FieldReader       m_fields;

public:
   bool              ReadPoll(const uchar &bytes[], const int length, PollAnswer &answer);
   bool              ReadAck(const uchar &bytes[], const int length, AckAnswer &answer);
   bool              ReadReport(const uchar &bytes[], const int length, ReportAnswer &answer);
   // What of it is about bars may be no good: see SyncAnswer.
   bool              ReadSync(const uchar &bytes[], const int length, SyncAnswer &answer);
   bool              ReadBars(const uchar &bytes[], const int length, BarsAnswer &answer);
   string            Error(void) const;

private:
   bool              Open(const uchar &bytes[], const int length, const int keys);
   long              ServerTime(void);
   void              ReadUnresolved(const int node, UnresolvedItem &item);
   void              ReadSettled(const int node, SettledItem &item);
   void              ReadAckResult(const int node, AckResult &result);
   void              ReadReportResult(const int node, ReportResult &result);
   void              ReadIdentity(const int node, IdentityItem &item);
   void              ReadDiscrepancy(const int node, DiscrepancyItem &item);
   void              ReadWantedBars(const int node, WantedBarsItem &item);
   void              ReadRestatement(const int node);
  };

bool AnswerReader::ReadPoll(const uchar &bytes[], const int length, PollAnswer &answer)
  {
   ArrayResize(answer.directives, 0);
   ArrayResize(answer.unresolved, 0);
   ArrayResize(answer.settled, 0);
   answer.serverMs = 0;
   answer.halted = true;
   answer.pollAfterMs = 0;
   answer.inFlight = 0;
   if(!Open(bytes, length, 7))
      return(false);
   answer.serverMs = ServerTime();
   answer.halted = m_fields.BooleanField(0, "halted");
   answer.pollAfterMs = m_fields.IntegerField(0, "poll_after_ms", 0, 3600000);
   answer.inFlight = m_fields.IntegerField(0, "in_flight", 0, 9007199254740991);
   int count = 0;
   int node = m_fields.First(m_fields.ArrayField(0, "directives", 100));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.directives, count + 1, 100);
      DirectiveCodec::Read(m_fields, node, answer.directives[count]);
      count++;
     }
   count = 0;
   node = m_fields.First(m_fields.ArrayField(0, "unresolved", 1000));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.unresolved, count + 1, 100);
      ReadUnresolved(node, answer.unresolved[count]);
      count++;
     }
   count = 0;
   node = m_fields.First(m_fields.ArrayField(0, "settled", 500));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.settled, count + 1, 100);
      ReadSettled(node, answer.settled[count]);
      count++;
     }
   return(!m_fields.Failed());
  }

bool AnswerReader::ReadAck(const uchar &bytes[], const int length, AckAnswer &answer)
  {
   ArrayResize(answer.results, 0);
   answer.serverMs = 0;
   if(!Open(bytes, length, 2))
      return(false);
   answer.serverMs = ServerTime();
   int count = 0;
   int node = m_fields.First(m_fields.ArrayField(0, "results", 100));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.results, count + 1, 100);
      ReadAckResult(node, answer.results[count]);
      count++;
     }
   return(!m_fields.Failed());
  }

bool AnswerReader::ReadReport(const uchar &bytes[], const int length, ReportAnswer &answer)
  {
   ArrayResize(answer.results, 0);
   answer.serverMs = 0;
   if(!Open(bytes, length, 2))
      return(false);
   answer.serverMs = ServerTime();
   int count = 0;
   int node = m_fields.First(m_fields.ArrayField(0, "results", 100));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.results, count + 1, 100);
      ReadReportResult(node, answer.results[count]);
      count++;
     }
   return(!m_fields.Failed());
  }

bool AnswerReader::ReadSync(const uchar &bytes[], const int length, SyncAnswer &answer)
  {
   ArrayResize(answer.identities, 0);
   ArrayResize(answer.discrepancies, 0);
   ArrayResize(answer.wantedBars, 0);
   answer.wantedUnread = "";
   answer.serverMs = 0;
   if(!Open(bytes, length, 4))
      return(false);
   answer.serverMs = ServerTime();
   int count = 0;
   int node = m_fields.First(m_fields.ArrayField(0, "directives", 4000));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.identities, count + 1, 100);
      ReadIdentity(node, answer.identities[count]);
      count++;
     }
   count = 0;
   node = m_fields.First(m_fields.ArrayField(0, "discrepancies", 2000));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.discrepancies, count + 1, 100);
      ReadDiscrepancy(node, answer.discrepancies[count]);
      count++;
     }
   if(m_fields.Failed())
      return(false);
   count = 0;
   node = m_fields.First(m_fields.ArrayField(0, "wanted_bars", 1000));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ArrayResize(answer.wantedBars, count + 1, 100);
      ReadWantedBars(node, answer.wantedBars[count]);
      count++;
     }
   answer.wantedUnread = m_fields.Error();
   return(true);
  }

bool AnswerReader::ReadBars(const uchar &bytes[], const int length, BarsAnswer &answer)
  {
   answer.serverMs = 0;
   answer.recorded = 0;
   answer.restated = 0;
   if(!Open(bytes, length, 4))
      return(false);
   answer.serverMs = ServerTime();
   answer.recorded = m_fields.IntegerField(0, "recorded", 0, 500);
   m_fields.IntegerField(0, "duplicates", 0, 500);
   int node = m_fields.First(m_fields.ArrayField(0, "restated", 500));
   for(; node >= 0; node = m_fields.Next(node))
     {
      ReadRestatement(node);
      answer.restated++;
     }
   return(!m_fields.Failed());
  }

string AnswerReader::Error(void) const
  {
   return(m_fields.Error());
  }

bool AnswerReader::Open(const uchar &bytes[], const int length, const int keys)
  {
   return(m_fields.OpenBytes(bytes, length) && m_fields.Object(0, keys, "the answer"));
  }

long AnswerReader::ServerTime(void)
  {
   long milliseconds = 0;
   Times::Parse(m_fields.TextField(0, "server_time", SCALAR_TIMESTAMP), milliseconds);
   return(milliseconds);
  }

void AnswerReader::ReadUnresolved(const int node, UnresolvedItem &item)
  {
   item.acknowledgedBy = "";
   item.takeover = true;
   DirectiveCodec::Clear(item.directive);
   if(!m_fields.Object(node, 4, "unresolved"))
      return;
   DirectiveCodec::Read(m_fields, m_fields.ObjectField(node, "directive", DIRECTIVE_KEYS), item.directive);
   item.acknowledgedBy = m_fields.TextField(node, "acknowledged_by", SCALAR_UUID);
   m_fields.TextField(node, "acknowledged_at", SCALAR_TIMESTAMP);
   item.takeover = m_fields.BooleanField(node, "takeover");
  }

void AnswerReader::ReadSettled(const int node, SettledItem &item)
  {
   item.directiveId = "";
   item.status = "";
   if(!m_fields.Object(node, 2, "settled"))
      return;
   item.directiveId = m_fields.TextField(node, "directive_id", SCALAR_UUID);
   item.status = m_fields.NullableChoice(node, "status", DIRECTIVE_STATUSES);
  }

void AnswerReader::ReadAckResult(const int node, AckResult &result)
  {
   result.directiveId = "";
   result.granted = false;
   result.code = "";
   result.takeover = false;
   DirectiveCodec::Clear(result.directive);
   if(!m_fields.Object(node, 5, "result"))
      return;
   result.directiveId = m_fields.TextField(node, "directive_id", SCALAR_UUID);
   result.granted = (m_fields.ChoiceField(node, "outcome", "granted|refused") == "granted");
   result.code = m_fields.NullableChoice(node, "code", REFUSAL_CODES);
   result.takeover = m_fields.BooleanField(node, "takeover");
   bool empty = m_fields.IsNullField(node, "directive");
   if(result.granted == empty || result.granted == (StringLen(result.code) > 0))
      m_fields.Fail("directive", "does not fit the outcome");
   if(!empty)
      DirectiveCodec::Read(m_fields, m_fields.ObjectField(node, "directive", DIRECTIVE_KEYS), result.directive);
   if(!empty && result.directive.directiveId != result.directiveId)
      m_fields.Fail("directive", "is another one than was asked for");
  }

void AnswerReader::ReadReportResult(const int node, ReportResult &result)
  {
   result.eventId = "";
   result.outcome = "";
   result.directiveStatus = "";
   result.anomalies = "";
   if(!m_fields.Object(node, 4, "result"))
      return;
   result.eventId = m_fields.TextField(node, "event_id", SCALAR_UUID);
   result.outcome = m_fields.ChoiceField(node, "outcome", "recorded|duplicate|conflict|unmatched");
   result.directiveStatus = m_fields.NullableChoice(node, "directive_status", DIRECTIVE_STATUSES);
   int item = m_fields.First(m_fields.ArrayField(node, "anomalies", 16));
   for(; item >= 0; item = m_fields.Next(item))
      result.anomalies += m_fields.ItemChoice(item, ANOMALY_CODES) + " ";
  }

void AnswerReader::ReadIdentity(const int node, IdentityItem &item)
  {
   item.directiveNo = 0;
   item.directiveId = "";
   item.status = "";
   if(!m_fields.Object(node, 3, "directive"))
      return;
   item.directiveNo = m_fields.IntegerField(node, "directive_no", 1, DIRECTIVE_NO_MAX);
   item.directiveId = m_fields.TextField(node, "directive_id", SCALAR_UUID);
   item.status = m_fields.ChoiceField(node, "status", DIRECTIVE_STATUSES);
  }

void AnswerReader::ReadDiscrepancy(const int node, DiscrepancyItem &item)
  {
   item.kind = "";
   item.directiveNo = 0;
   item.positionId = "";
   item.symbol = "";
   item.expectedLots = "";
   item.actualLots = "";
   if(!m_fields.Object(node, 6, "discrepancy"))
      return;
   item.kind = m_fields.ChoiceField(node, "kind", "position_missing|position_unknown|volume_differs");
   item.directiveNo = m_fields.IntegerField(node, "directive_no", 1, DIRECTIVE_NO_MAX);
   item.positionId = m_fields.NullableField(node, "position_id", SCALAR_TICKET);
   item.symbol = m_fields.TextField(node, "symbol", SCALAR_SYMBOL);
   item.expectedLots = m_fields.NullableField(node, "expected_volume_lots", SCALAR_NON_NEGATIVE);
   item.actualLots = m_fields.NullableField(node, "actual_volume_lots", SCALAR_NON_NEGATIVE);
  }

void AnswerReader::ReadWantedBars(const int node, WantedBarsItem &item)
  {
   item.symbol = "";
   item.timeframe = "";
   item.count = 0;
   item.newestMs = 0;
   if(!m_fields.Object(node, 4, "wanted bars"))
      return;
   item.symbol = m_fields.TextField(node, "symbol", SCALAR_SYMBOL);
   item.timeframe = m_fields.ChoiceField(node, "timeframe", TIMEFRAMES);
   item.count = (int)m_fields.IntegerField(node, "count", 1, 5000);
   Times::Parse(m_fields.NullableField(node, "newest_opened_at", SCALAR_TIMESTAMP), item.newestMs);
  }

void AnswerReader::ReadRestatement(const int node)
  {
   if(!m_fields.Object(node, 4, "restated"))
      return;
   m_fields.TextField(node, "symbol", SCALAR_SYMBOL);
   m_fields.ChoiceField(node, "timeframe", TIMEFRAMES);
   m_fields.TextField(node, "opened_at", SCALAR_TIMESTAMP);
   m_fields.IntegerField(node, "version", 2, 1000);
  }

#endif
