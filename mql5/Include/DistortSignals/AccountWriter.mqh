//+------------------------------------------------------------------+
//| AccountWriter: the account, its instruments, positions and       |
//| pending orders, as contracts/schemas/sync_request has them.      |
//+------------------------------------------------------------------+
#ifndef DISTORTSIGNALS_ACCOUNTWRITER_MQH
#define DISTORTSIGNALS_ACCOUNTWRITER_MQH

#include "BrokerView.mqh"
#include "Clock.mqh"
#include "InstrumentRules.mqh"
#include "JsonWriter.mqh"
#include "Log.mqh"
#include "SymbolMap.mqh"

#define INSTRUMENTS_MOST   200
#define SYNC_ITEMS_MOST    1000

class AccountWriter
  {
private:
   BrokerView       *m_view;
   BrokerFacts      *m_facts;
   Clock            *m_clock;
   SymbolMap        *m_symbols;
   Log              *m_log;

public:
                     AccountWriter(BrokerView *view, BrokerFacts *facts, Clock *clock, SymbolMap *symbols, Log *log);
   // Adds the fields account, instruments, positions and orders.
   void              Write(JsonWriter &writer, const long offset);

private:
   void              AddAccount(JsonWriter &writer, const long offset) const;
   void              AddInstruments(JsonWriter &writer);
   bool              AddInstrument(JsonWriter &writer, const string brokerName) const;
   void              AddPositions(JsonWriter &writer, const long offset);
   void              AddPosition(JsonWriter &writer, const PositionFact &position, const long offset) const;
   void              AddOrders(JsonWriter &writer, const long offset);
   void              AddOrder(JsonWriter &writer, const OrderFact &order, const long offset) const;
   void              DirectiveNoField(JsonWriter &writer, const ulong magic) const;
   void              PriceField(JsonWriter &writer, const string name, const double price) const;
  };

AccountWriter::AccountWriter(BrokerView *view, BrokerFacts *facts, Clock *clock, SymbolMap *symbols, Log *log)
  {
   m_view = view;
   m_facts = facts;
   m_clock = clock;
   m_symbols = symbols;
   m_log = log;
  }

void AccountWriter::Write(JsonWriter &writer, const long offset)
  {
   m_view.LookAtAccount();
   AddAccount(writer, offset);
   AddInstruments(writer);
   AddPositions(writer, offset);
   AddOrders(writer, offset);
  }

void AccountWriter::AddAccount(JsonWriter &writer, const long offset) const
  {
   bool allowed = (AccountInfoInteger(ACCOUNT_TRADE_ALLOWED) != 0 && AccountInfoInteger(ACCOUNT_TRADE_EXPERT) != 0
                   && TerminalInfoInteger(TERMINAL_TRADE_ALLOWED) != 0 && MQLInfoInteger(MQL_TRADE_ALLOWED) != 0);
   long mode = AccountInfoInteger(ACCOUNT_MARGIN_MODE);
   long leverage = AccountInfoInteger(ACCOUNT_LEVERAGE);
   writer.Key("account");
   writer.BeginObject();
   writer.TextField("balance", Numbers::Decimal(AccountInfoDouble(ACCOUNT_BALANCE), 8));
   writer.TextField("equity", Numbers::Decimal(AccountInfoDouble(ACCOUNT_EQUITY), 8));
   writer.TextField("margin", Numbers::Decimal(AccountInfoDouble(ACCOUNT_MARGIN), 8));
   writer.TextField("free_margin", Numbers::Decimal(AccountInfoDouble(ACCOUNT_MARGIN_FREE), 8));
   writer.TextField("currency", AccountInfoString(ACCOUNT_CURRENCY));
   writer.IntegerField("leverage", leverage < 1 ? 1 : (leverage > 100000 ? 100000 : leverage));
   writer.BooleanField("hedging", mode == (long)ACCOUNT_MARGIN_MODE_RETAIL_HEDGING);
   writer.BooleanField("trade_allowed", allowed);
   writer.IntegerField("server_time_offset_seconds", offset);
   writer.EndObject();
  }

// What the Market Watch shows, as far as the ledger could name it: the trader decides what may be traded.
void AccountWriter::AddInstruments(JsonWriter &writer)
  {
   writer.Key("instruments");
   writer.BeginArray();
   int count = 0;
   int total = SymbolsTotal(true);
   for(int i = 0; i < total; i++)
     {
      if(count >= INSTRUMENTS_MOST)
        {
         m_log.Warn("Only the first " + IntegerToString(INSTRUMENTS_MOST) + " symbols of the Market Watch are told to the server."
                    + " Hide those that are not traded.");
         break;
        }
      if(AddInstrument(writer, SymbolName(i, true)))
         count++;
     }
   writer.EndArray();
  }

bool AccountWriter::AddInstrument(JsonWriter &writer, const string brokerName) const
  {
   string name = "";
   InstrumentRules rules;
   if(!m_symbols.ToLedger(brokerName, name) || !rules.Load(brokerName))
      return(false);
   string tickSize = Numbers::Decimal(rules.TickSize(), 10);
   string tickValue = Numbers::Decimal(SymbolInfoDouble(brokerName, SYMBOL_TRADE_TICK_VALUE), 10);
   string contractSize = Numbers::Decimal(SymbolInfoDouble(brokerName, SYMBOL_TRADE_CONTRACT_SIZE), 8);
   string volumeMin = Numbers::Decimal(rules.VolumeMin(), 8);
   string volumeMax = Numbers::Decimal(rules.VolumeMax(), 8);
   string volumeStep = Numbers::Decimal(rules.VolumeStep(), 8);
   // Before its first quote a symbol has no tick value yet.
   if(!Scalars::Fits(tickSize, SCALAR_POSITIVE) || !Scalars::Fits(tickValue, SCALAR_POSITIVE)
      || !Scalars::Fits(contractSize, SCALAR_POSITIVE) || !Scalars::Fits(volumeMin, SCALAR_POSITIVE)
      || !Scalars::Fits(volumeMax, SCALAR_POSITIVE) || !Scalars::Fits(volumeStep, SCALAR_POSITIVE)
      || rules.PriceDigits() > 10 || rules.StopsLevel() < 0 || rules.StopsLevel() > 1000000)
      return(false);
   writer.BeginObject();
   writer.TextField("symbol", name);
   writer.IntegerField("digits", rules.PriceDigits());
   writer.TextField("tick_size", tickSize);
   writer.TextField("tick_value", tickValue);
   writer.TextField("contract_size", contractSize);
   writer.TextField("volume_min_lots", volumeMin);
   writer.TextField("volume_max_lots", volumeMax);
   writer.TextField("volume_step_lots", volumeStep);
   writer.IntegerField("stops_level_points", rules.StopsLevel());
   writer.EndObject();
   return(true);
  }

// Ours first: if there are too many, the trader's own are left out.
void AccountWriter::AddPositions(JsonWriter &writer, const long offset)
  {
   writer.Key("positions");
   writer.BeginArray();
   int count = 0;
   for(int turn = 0; turn < 2; turn++)
     {
      for(int i = 0; i < m_facts.PositionCount() && count < SYNC_ITEMS_MOST; i++)
        {
         PositionFact position;
         m_facts.PositionAt(i, position);
         bool ours = (Magic::DirectiveNo(position.magic) > 0);
         if(ours != (turn == 0) || position.volume <= 0.0 || position.openPrice <= 0.0)
            continue;
         AddPosition(writer, position, offset);
         count++;
        }
     }
   writer.EndArray();
  }

void AccountWriter::AddPosition(JsonWriter &writer, const PositionFact &position, const long offset) const
  {
   writer.BeginObject();
   writer.TextField("position_id", Numbers::Unsigned(position.identifier));
   DirectiveNoField(writer, position.magic);
   writer.TextField("symbol", m_symbols.Shown(position.symbol));
   writer.TextField("side", position.isBuy ? "buy" : "sell");
   writer.TextField("volume_lots", Numbers::Decimal(position.volume, 8));
   writer.TextField("open_price", Numbers::Decimal(position.openPrice, 8));
   PriceField(writer, "stop_loss", position.stopLoss);
   PriceField(writer, "take_profit", position.takeProfit);
   writer.TextField("profit", Numbers::Decimal(position.profit, 8));
   writer.TextField("swap", Numbers::Decimal(position.swap, 8));
   writer.TextField("opened_at", m_clock.BrokerText(position.openedMs, offset));
   writer.EndObject();
  }

void AccountWriter::AddOrders(JsonWriter &writer, const long offset)
  {
   writer.Key("orders");
   writer.BeginArray();
   int count = 0;
   for(int i = 0; i < m_facts.OrderCount() && count < SYNC_ITEMS_MOST; i++)
     {
      OrderFact order;
      m_facts.OrderAt(i, order);
      // Market orders are about to be gone; stop-limit orders are none of the contract's.
      if(!order.active || order.kind < (long)ORDER_TYPE_BUY_LIMIT || order.kind > (long)ORDER_TYPE_SELL_STOP
         || order.volumeCurrent <= 0.0 || order.price <= 0.0)
         continue;
      AddOrder(writer, order, offset);
      count++;
     }
   writer.EndArray();
  }

void AccountWriter::AddOrder(JsonWriter &writer, const OrderFact &order, const long offset) const
  {
   bool limit = (order.kind == (long)ORDER_TYPE_BUY_LIMIT || order.kind == (long)ORDER_TYPE_SELL_LIMIT);
   writer.BeginObject();
   writer.TextField("order_ticket", Numbers::Unsigned(order.ticket));
   DirectiveNoField(writer, order.magic);
   writer.TextField("symbol", m_symbols.Shown(order.symbol));
   writer.TextField("side", order.kind % 2 == 0 ? "buy" : "sell");
   writer.TextField("order_type", limit ? "limit" : "stop");
   writer.TextField("volume_lots", Numbers::Decimal(order.volumeCurrent, 8));
   writer.TextField("price", Numbers::Decimal(order.price, 8));
   writer.TextField("placed_at", m_clock.BrokerText(order.setupMs, offset));
   writer.EndObject();
  }

void AccountWriter::DirectiveNoField(JsonWriter &writer, const ulong magic) const
  {
   long directiveNo = Magic::DirectiveNo(magic);
   if(directiveNo > 0)
      writer.IntegerField("directive_no", directiveNo);
   else
      writer.NullField("directive_no");
  }

void AccountWriter::PriceField(JsonWriter &writer, const string name, const double price) const
  {
   writer.NullableField(name, price > 0.0 ? Numbers::Decimal(price, 8) : "");
  }

#endif
