// Prints the verdict of the officer's parsers on every document that list.txt names: "kind path" a line.
#include <DistortSignals/AnswerReader.mqh>
#include <DistortSignals/EventCodec.mqh>

string Verdict(const string kind, const uchar &bytes[], const int length)
  {
   AnswerReader reader;
   bool accepted = false;
   if(kind == "poll_answer")
     {
      PollAnswer answer;
      accepted = reader.ReadPoll(bytes, length, answer);
     }
   if(kind == "ack_answer")
     {
      AckAnswer answer;
      accepted = reader.ReadAck(bytes, length, answer);
     }
   if(kind == "report_answer")
     {
      ReportAnswer answer;
      accepted = reader.ReadReport(bytes, length, answer);
     }
   if(kind == "sync_answer")
     {
      SyncAnswer answer;
      accepted = reader.ReadSync(bytes, length, answer);
      if(accepted && StringLen(answer.wantedUnread) > 0)
         return("usable but for bars: " + answer.wantedUnread);
     }
   if(kind == "bars_answer")
     {
      BarsAnswer answer;
      accepted = reader.ReadBars(bytes, length, answer);
     }
   return(accepted ? "valid" : "invalid: " + reader.Error());
  }

// A directive or an event is read and written again: what comes out must say the same.
string RoundTrip(const string kind, const uchar &bytes[], const int length)
  {
   FieldReader fields;
   JsonWriter writer;
   if(!fields.OpenBytes(bytes, length))
      return("invalid: " + fields.Error());
   if(kind == "directive")
     {
      Directive directive;
      DirectiveCodec::Read(fields, 0, directive);
      DirectiveCodec::Write(writer, directive);
     }
   else
     {
      ExecutionEvent event;
      EventCodec::Read(fields, 0, event);
      EventCodec::Write(writer, event);
     }
   return(fields.Failed() ? "invalid: " + fields.Error() : "valid " + writer.Text());
  }

void OnStart()
  {
   int list = FileOpen("list.txt", FILE_READ | FILE_TXT | FILE_ANSI);
   while(!FileIsEnding(list))
     {
      string line = FileReadString(list);
      int space = StringFind(line, " ");
      if(space < 1)
         continue;
      string kind = StringSubstr(line, 0, space);
      string path = StringSubstr(line, space + 1);
      int handle = FileOpen(path, FILE_READ | FILE_BIN);
      uchar bytes[];
      int length = (int)FileReadArray(handle, bytes);
      FileClose(handle);
      bool whole = (kind == "directive" || kind == "execution_event");
      Print(path, " ", whole ? RoundTrip(kind, bytes, length) : Verdict(kind, bytes, length));
     }
   FileClose(list);
  }
