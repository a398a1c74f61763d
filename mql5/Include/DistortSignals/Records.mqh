//+------------------------------------------------------------------+
//| Records: what is written to the journal, one JSON object each.   |
//| Book::Apply is the only reader. The table is in docs/officer.md. |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_RECORDS_MQH
#define DISTORTSIGNALS_RECORDS_MQH

#include "Assignment.mqh"
#include "EventCodec.mqh"

#define JOURNAL_FORMAT 1

class Records
  {
public:
   // `fresh`: begun without an older journal, and the account not looked through yet.
   static string     Header(const string login, const string server, const string instanceId, const bool fresh);
   static string     Surveyed(void);
   static string     Received(const Directive &directive);
   // Acknowledged by us without a memory of it, or taken over: nobody knows what was sent.
   static string     Adopted(const Directive &directive, const bool takeover);
   // Found at the broker without a memory of it, and with its id from the ledger.
   static string     Found(const Directive &directive, const string positions);
   static string     Granted(const long directiveNo, const bool takeover);
   static string     Sending(const long directiveNo, const int attempt, const string order);
   static string     Result(const long directiveNo, const EPhase phase, const long retcode, const int fillingTries,
                            const string comment, const ulong orderTicket, const ulong dealTicket);
   static string     ResultEvent(const long directiveNo, const long retcode, const string comment,
                                 const ExecutionEvent &event);
   static string     Happened(const long directiveNo, const EPhase phase, const ExecutionEvent &event);
   static string     Moved(const long directiveNo, const EPhase phase);
   static string     Confirmed(const long directiveNo, const string eventId, const string outcome, const string status);
   static string     Forgotten(const long directiveNo, const string why);
   static string     StateOf(Assignment *assignment);
   static string     Made(const long directiveNo, const string eventId);
   static string     Pending(const long directiveNo, const ExecutionEvent &event);

private:
   static void       Begin(JsonWriter &writer, const string record, const long directiveNo);
   static string     End(JsonWriter &writer);
   static void       EventField(JsonWriter &writer, const ExecutionEvent &event);
  };

string Records::Header(const string login, const string server, const string instanceId, const bool fresh)
  {
   JsonWriter writer;
   Begin(writer, "header", 0);
   writer.IntegerField("format", JOURNAL_FORMAT);
   writer.TextField("login", login);
   writer.TextField("server", server);
   writer.TextField("instance_id", instanceId);
   writer.BooleanField("fresh", fresh);
   return(End(writer));
  }

string Records::Surveyed(void)
  {
   JsonWriter writer;
   Begin(writer, "surveyed", 0);
   return(End(writer));
  }

string Records::Received(const Directive &directive)
  {
   JsonWriter writer;
   Begin(writer, "received", directive.directiveNo);
   writer.Key("directive");
   DirectiveCodec::Write(writer, directive);
   return(End(writer));
  }

string Records::Adopted(const Directive &directive, const bool takeover)
  {
   JsonWriter writer;
   Begin(writer, "adopted", directive.directiveNo);
   writer.Key("directive");
   DirectiveCodec::Write(writer, directive);
   writer.BooleanField("takeover", takeover);
   return(End(writer));
  }

string Records::Found(const Directive &directive, const string positions)
  {
   JsonWriter writer;
   Begin(writer, "found", directive.directiveNo);
   writer.Key("directive");
   DirectiveCodec::Write(writer, directive);
   writer.TextField("positions", positions);
   return(End(writer));
  }

string Records::Granted(const long directiveNo, const bool takeover)
  {
   JsonWriter writer;
   Begin(writer, "granted", directiveNo);
   writer.BooleanField("takeover", takeover);
   return(End(writer));
  }

string Records::Sending(const long directiveNo, const int attempt, const string order)
  {
   JsonWriter writer;
   Begin(writer, "sending", directiveNo);
   writer.IntegerField("attempt", attempt);
   writer.TextField("order", order);
   return(End(writer));
  }

string Records::Result(const long directiveNo, const EPhase phase, const long retcode, const int fillingTries,
                       const string comment, const ulong orderTicket, const ulong dealTicket)
  {
   JsonWriter writer;
   Begin(writer, "result", directiveNo);
   writer.TextField("phase", Phases::Name(phase));
   writer.IntegerField("retcode", retcode);
   writer.IntegerField("filling_tries", fillingTries);
   writer.TextField("comment", comment);
   writer.TextField("order_ticket", Numbers::Unsigned(orderTicket));
   writer.TextField("deal_ticket", Numbers::Unsigned(dealTicket));
   return(End(writer));
  }

// A result that is final: one record, so that no crash can come between knowing it and owing its report.
string Records::ResultEvent(const long directiveNo, const long retcode, const string comment,
                            const ExecutionEvent &event)
  {
   JsonWriter writer;
   Begin(writer, "result", directiveNo);
   writer.TextField("phase", Phases::Name(PHASE_OVER));
   writer.IntegerField("retcode", retcode);
   writer.TextField("comment", comment);
   EventField(writer, event);
   return(End(writer));
  }

string Records::Happened(const long directiveNo, const EPhase phase, const ExecutionEvent &event)
  {
   JsonWriter writer;
   Begin(writer, "event", directiveNo);
   writer.TextField("phase", Phases::Name(phase));
   EventField(writer, event);
   return(End(writer));
  }

string Records::Moved(const long directiveNo, const EPhase phase)
  {
   JsonWriter writer;
   Begin(writer, "phase", directiveNo);
   writer.TextField("phase", Phases::Name(phase));
   return(End(writer));
  }

string Records::Confirmed(const long directiveNo, const string eventId, const string outcome, const string status)
  {
   JsonWriter writer;
   Begin(writer, "confirmed", directiveNo);
   writer.TextField("event_id", eventId);
   writer.TextField("outcome", outcome);
   writer.NullableField("status", status);
   return(End(writer));
  }

string Records::Forgotten(const long directiveNo, const string why)
  {
   JsonWriter writer;
   Begin(writer, "forgotten", directiveNo);
   writer.TextField("why", why);
   return(End(writer));
  }

// The whole of an assignment, for a rewritten journal.
string Records::StateOf(Assignment *assignment)
  {
   JsonWriter writer;
   Begin(writer, "state", assignment.directive.directiveNo);
   writer.Key("directive");
   DirectiveCodec::Write(writer, assignment.directive);
   writer.TextField("phase", Phases::Name(assignment.phase));
   writer.BooleanField("takeover", assignment.takeover);
   writer.IntegerField("attempts", assignment.attempts);
   writer.IntegerField("filling_tries", assignment.fillingTries);
   writer.IntegerField("retcode", assignment.retcode);
   writer.BooleanField("unknown_reported", assignment.unknownReported);
   writer.NullableField("absent_at", assignment.absentAt);
   writer.TextField("positions", assignment.positions);
   writer.NullableField("server_status", assignment.serverStatus);
   return(End(writer));
  }

// An event that was made and confirmed before the rewrite: never to be made again.
string Records::Made(const long directiveNo, const string eventId)
  {
   JsonWriter writer;
   Begin(writer, "made", directiveNo);
   writer.TextField("event_id", eventId);
   return(End(writer));
  }

// An event that still has to be reported.
string Records::Pending(const long directiveNo, const ExecutionEvent &event)
  {
   JsonWriter writer;
   Begin(writer, "pending", directiveNo);
   EventField(writer, event);
   return(End(writer));
  }

void Records::Begin(JsonWriter &writer, const string record, const long directiveNo)
  {
   writer.BeginObject();
   writer.TextField("record", record);
   writer.IntegerField("directive_no", directiveNo);
  }

string Records::End(JsonWriter &writer)
  {
   writer.EndObject();
   return(writer.Text());
  }

void Records::EventField(JsonWriter &writer, const ExecutionEvent &event)
  {
   writer.Key("event");
   EventCodec::Write(writer, event);
  }

#endif
