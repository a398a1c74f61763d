//+------------------------------------------------------------------+
//| DirectiveCodec: a directive from and to JSON, as                 |
//| contracts/schemas/directive.schema.json has it.                  |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_DIRECTIVECODEC_MQH
#define DISTORTSIGNALS_DIRECTIVECODEC_MQH

#include "FieldReader.mqh"
#include "JsonWriter.mqh"
#include "Types.mqh"

#define DIRECTIVE_KEYS    19
// 2^40 - 1: what the magic number has room for.
#define DIRECTIVE_NO_MAX  1099511627775

class DirectiveCodec
  {
public:
   // The faults go to `fields`; the directive is only worth something if it has none.
   static void       Read(FieldReader &fields, const int node, Directive &directive);
   // From the journal: what was only found at the broker has no signal, strategy or account.
   static void       ReadKept(FieldReader &fields, const int node, Directive &directive);
   static void       Write(JsonWriter &writer, const Directive &directive);
   static void       Clear(Directive &directive);
   static string     ActionName(const EDirectiveAction action);
   static string     OrderName(const EDirectiveOrder orderKind);

private:
   static void       ReadIdentity(FieldReader &fields, const int node, Directive &directive, const bool strict);
   static void       ReadCommand(FieldReader &fields, const int node, Directive &directive);
   static void       CheckAction(FieldReader &fields, const Directive &directive);
  };

void DirectiveCodec::Clear(Directive &directive)
  {
   directive.directiveId = "";
   directive.directiveNo = 0;
   directive.signalId = "";
   directive.strategyId = "";
   directive.symbol = "";
   directive.createdAt = "";
   directive.accountId = "";
   directive.action = DIRECTIVE_OPEN;
   directive.isBuy = true;
   directive.orderKind = DIRECTIVE_MARKET;
   directive.volumeLots = "";
   directive.price = "";
   directive.stopLoss = "";
   directive.takeProfit = "";
   directive.maxSlippagePoints = 0;
   directive.targetDirectiveNo = 0;
   directive.priority = 0;
   directive.issuedAt = "";
   directive.expiresAt = "";
  }

void DirectiveCodec::Read(FieldReader &fields, const int node, Directive &directive)
  {
   Clear(directive);
   if(!fields.Object(node, DIRECTIVE_KEYS, "directive"))
      return;
   ReadIdentity(fields, node, directive, true);
   ReadCommand(fields, node, directive);
   CheckAction(fields, directive);
  }

void DirectiveCodec::ReadKept(FieldReader &fields, const int node, Directive &directive)
  {
   Clear(directive);
   if(!fields.Object(node, DIRECTIVE_KEYS, "directive"))
      return;
   ReadIdentity(fields, node, directive, false);
   ReadCommand(fields, node, directive);
  }

void DirectiveCodec::ReadIdentity(FieldReader &fields, const int node, Directive &directive, const bool strict)
  {
   EScalar uuid = strict ? SCALAR_UUID : SCALAR_TEXT;
   EScalar slug = strict ? SCALAR_SLUG : SCALAR_TEXT;
   EScalar timestamp = strict ? SCALAR_TIMESTAMP : SCALAR_TEXT;
   directive.directiveId = fields.TextField(node, "directive_id", SCALAR_UUID);
   directive.directiveNo = fields.IntegerField(node, "directive_no", 1, DIRECTIVE_NO_MAX);
   directive.signalId = fields.TextField(node, "signal_id", uuid);
   directive.strategyId = fields.TextField(node, "strategy_id", slug);
   directive.symbol = fields.TextField(node, "symbol", strict ? SCALAR_SYMBOL : SCALAR_TEXT);
   directive.createdAt = fields.TextField(node, "created_at", SCALAR_TIMESTAMP);
   directive.accountId = fields.TextField(node, "account_id", slug);
   directive.priority = fields.IntegerField(node, "priority", 0, 9);
   directive.issuedAt = fields.TextField(node, "issued_at", timestamp);
   directive.expiresAt = fields.NullableField(node, "expires_at", SCALAR_TIMESTAMP);
  }

void DirectiveCodec::ReadCommand(FieldReader &fields, const int node, Directive &directive)
  {
   string action = fields.ChoiceField(node, "action", "open|close|modify");
   directive.action = DIRECTIVE_OPEN;
   if(action == "close")
      directive.action = DIRECTIVE_CLOSE;
   if(action == "modify")
      directive.action = DIRECTIVE_MODIFY;
   directive.isBuy = (fields.ChoiceField(node, "side", "buy|sell") == "buy");
   string orderKind = fields.ChoiceField(node, "order_type", "market|limit|stop");
   directive.orderKind = DIRECTIVE_MARKET;
   if(orderKind == "limit")
      directive.orderKind = DIRECTIVE_LIMIT;
   if(orderKind == "stop")
      directive.orderKind = DIRECTIVE_STOP;
   directive.volumeLots = fields.NullableField(node, "volume_lots", SCALAR_POSITIVE);
   directive.price = fields.NullableField(node, "price", SCALAR_POSITIVE);
   directive.stopLoss = fields.NullableField(node, "stop_loss", SCALAR_POSITIVE);
   directive.takeProfit = fields.NullableField(node, "take_profit", SCALAR_POSITIVE);
   directive.maxSlippagePoints = fields.IntegerField(node, "max_slippage_points", 0, 100000);
   directive.targetDirectiveNo = 0;
   if(!fields.IsNullField(node, "target_directive_no"))
      directive.targetDirectiveNo = fields.IntegerField(node, "target_directive_no", 1, DIRECTIVE_NO_MAX);
  }

void DirectiveCodec::CheckAction(FieldReader &fields, const Directive &directive)
  {
   bool open = (directive.action == DIRECTIVE_OPEN);
   if(open == (directive.targetDirectiveNo != 0))
      fields.Fail("target_directive_no", "does not fit the action");
   if(open && (StringLen(directive.volumeLots) == 0 || StringLen(directive.expiresAt) == 0))
      fields.Fail("an open", "needs volume_lots and expires_at");
   if((directive.orderKind == DIRECTIVE_MARKET) != (StringLen(directive.price) == 0))
      fields.Fail("price", "does not fit the order_type");
  }

void DirectiveCodec::Write(JsonWriter &writer, const Directive &directive)
  {
   writer.BeginObject();
   writer.TextField("directive_id", directive.directiveId);
   writer.IntegerField("directive_no", directive.directiveNo);
   writer.TextField("signal_id", directive.signalId);
   writer.TextField("strategy_id", directive.strategyId);
   writer.TextField("symbol", directive.symbol);
   writer.TextField("created_at", directive.createdAt);
   writer.TextField("account_id", directive.accountId);
   writer.TextField("action", ActionName(directive.action));
   writer.TextField("side", directive.isBuy ? "buy" : "sell");
   writer.TextField("order_type", OrderName(directive.orderKind));
   writer.NullableField("volume_lots", directive.volumeLots);
   writer.NullableField("price", directive.price);
   writer.NullableField("stop_loss", directive.stopLoss);
   writer.NullableField("take_profit", directive.takeProfit);
   writer.IntegerField("max_slippage_points", directive.maxSlippagePoints);
   if(directive.targetDirectiveNo == 0)
      writer.NullField("target_directive_no");
   else
      writer.IntegerField("target_directive_no", directive.targetDirectiveNo);
   writer.IntegerField("priority", directive.priority);
   writer.TextField("issued_at", directive.issuedAt);
   writer.NullableField("expires_at", directive.expiresAt);
   writer.EndObject();
  }

string DirectiveCodec::ActionName(const EDirectiveAction action)
  {
   if(action == DIRECTIVE_CLOSE)
      return("close");
   if(action == DIRECTIVE_MODIFY)
      return("modify");
   return("open");
  }

string DirectiveCodec::OrderName(const EDirectiveOrder orderKind)
  {
   if(orderKind == DIRECTIVE_LIMIT)
      return("limit");
   if(orderKind == DIRECTIVE_STOP)
      return("stop");
   return("market");
  }

#endif
