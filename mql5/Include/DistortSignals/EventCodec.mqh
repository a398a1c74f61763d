//+------------------------------------------------------------------+
//| EventCodec: an execution event from and to JSON, as              |
//| contracts/schemas/execution_event.schema.json has it.            |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_EVENTCODEC_MQH
#define DISTORTSIGNALS_EVENTCODEC_MQH

#include "FieldReader.mqh"
#include "JsonWriter.mqh"
#include "Types.mqh"

#define EVENT_KEYS 18

class EventCodec
  {
public:
   // For the journal: what was written is read back whole, so that a report can be repeated word by word.
   static void       Read(FieldReader &fields, const int node, ExecutionEvent &event);
   static void       Write(JsonWriter &writer, const ExecutionEvent &event);
   // An event of `kind`, with the status that belongs to it and nothing else.
   static void       Begin(ExecutionEvent &event, const string kind, const string directiveId);
   // Whether the kind says that the broker has or had something of the directive's.
   static bool       IsTrace(const string kind);

private:
   static string     StatusOf(const string kind);
  };

void EventCodec::Begin(ExecutionEvent &event, const string kind, const string directiveId)
  {
   event.eventId = "";
   event.directiveId = directiveId;
   event.kind = kind;
   event.status = StatusOf(kind);
   event.orderTicket = "";
   event.dealTicket = "";
   event.positionId = "";
   event.price = "";
   event.volumeLots = "";
   event.commission = "";
   event.swap = "";
   event.profit = "";
   event.reason = "";
   event.retcode = -1;
   event.code = "";
   event.message = "";
   event.occurredAt = "";
   event.referencesEventId = "";
  }

bool EventCodec::IsTrace(const string kind)
  {
   return(kind == "order_filled" || kind == "order_placed" || kind == "position_closed" || kind == "position_modified");
  }

string EventCodec::StatusOf(const string kind)
  {
   if(kind == "order_rejected")
      return("rejected");
   if(kind == "order_failed" || kind == "outcome_unknown")
      return("failed");
   return("success");
  }

void EventCodec::Read(FieldReader &fields, const int node, ExecutionEvent &event)
  {
   Begin(event, "", "");
   if(!fields.Object(node, EVENT_KEYS, "event"))
      return;
   event.eventId = fields.TextField(node, "event_id", SCALAR_UUID);
   event.directiveId = fields.TextField(node, "directive_id", SCALAR_UUID);
   event.kind = fields.TextField(node, "kind", SCALAR_CODE);
   event.status = fields.ChoiceField(node, "status", "success|failed|rejected");
   event.orderTicket = fields.NullableField(node, "order_ticket", SCALAR_TICKET);
   event.dealTicket = fields.NullableField(node, "deal_ticket", SCALAR_TICKET);
   event.positionId = fields.NullableField(node, "position_id", SCALAR_TICKET);
   event.price = fields.NullableField(node, "price", SCALAR_DECIMAL);
   event.volumeLots = fields.NullableField(node, "volume_lots", SCALAR_NON_NEGATIVE);
   event.commission = fields.NullableField(node, "commission", SCALAR_DECIMAL);
   event.swap = fields.NullableField(node, "swap", SCALAR_DECIMAL);
   event.profit = fields.NullableField(node, "profit", SCALAR_DECIMAL);
   event.reason = fields.NullableChoice(node, "reason", "expert|stop_loss|take_profit|stop_out|client|other");
   event.retcode = -1;
   if(!fields.IsNullField(node, "retcode"))
      event.retcode = fields.IntegerField(node, "retcode", 0, 2147483647);
   event.code = fields.NullableField(node, "code", SCALAR_CODE);
   event.message = fields.NullableField(node, "message", SCALAR_TEXT);
   event.occurredAt = fields.TextField(node, "occurred_at", SCALAR_TIMESTAMP);
   event.referencesEventId = fields.NullableField(node, "references_event_id", SCALAR_UUID);
  }

void EventCodec::Write(JsonWriter &writer, const ExecutionEvent &event)
  {
   writer.BeginObject();
   writer.TextField("event_id", event.eventId);
   writer.TextField("directive_id", event.directiveId);
   writer.TextField("kind", event.kind);
   writer.TextField("status", event.status);
   writer.NullableField("order_ticket", event.orderTicket);
   writer.NullableField("deal_ticket", event.dealTicket);
   writer.NullableField("position_id", event.positionId);
   writer.NullableField("price", event.price);
   writer.NullableField("volume_lots", event.volumeLots);
   writer.NullableField("commission", event.commission);
   writer.NullableField("swap", event.swap);
   writer.NullableField("profit", event.profit);
   writer.NullableField("reason", event.reason);
   if(event.retcode < 0)
      writer.NullField("retcode");
   else
      writer.IntegerField("retcode", event.retcode);
   writer.NullableField("code", event.code);
   writer.NullableField("message", event.message);
   writer.TextField("occurred_at", event.occurredAt);
   writer.NullableField("references_event_id", event.referencesEventId);
   writer.EndObject();
  }

#endif
