// A hedging account at a broker: prices come in, requests come in, orders, deals and positions come of them.
// It knows nothing of terminals: what reaches it has reached it, whoever has died meanwhile.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "bars.hpp"
#include "records.hpp"

namespace sim {

class Broker {
 public:
  std::string currency = "EUR", company = "Simulated Broker", server = "Simulated-Demo";
  long login = 1'000'001;
  long leverage = 100;
  double balance = 0;
  double stop_out_level = 50;  // percent
  long offset_seconds = 7200;  // server time minus UTC

  void add(Instrument instrument) { instruments_[instrument.name] = std::move(instrument); }
  Instrument *instrument(const std::string &symbol);
  const std::map<std::string, Instrument> &instruments() const { return instruments_; }

  // The first deal of every account.
  void deposit(double amount);

  // --- time and prices --------------------------------------------------------------------------
  Moment now() const { return now_; }
  // When something is due by itself; 0 for never.
  Moment next_due() const;
  // Lets time pass up to `at`: late executions, expiries.
  void advance(Moment at);
  // The price jumps there: stops that it leaps over are filled at the new price.
  void jump(const std::string &symbol, double bid, double ask);
  // Lives through a bar. Inside it every position meets the worse of its two stops first, at its very price.
  void pass_bar(const std::string &symbol, double open, double high, double low, double close, double spread, Moment opened,
                Moment closed);
  const Quote *quote(const std::string &symbol) const;
  BarHistory &bars() { return bars_; }
  const BarHistory &bars() const { return bars_; }
  bool market_open(const Instrument &instrument) const;
  // A night passes: swap is charged, and this broker gives every position a new ticket.
  void roll_over();

  // --- requests ---------------------------------------------------------------------------------
  // Takes a request in. The job it leads to happens in a moment by itself, or at once by execute().
  struct Accepted {
    TradeAnswer answer;
    unsigned long job = 0;  // 0: refused
  };
  Accepted accept(const TradeRequest &request, const Handling &handling);
  // Answers what came of the job.
  TradeAnswer execute(unsigned long job);
  // The trader closes a position by hand.
  void close_by_hand(Ticket position);

  // --- the books --------------------------------------------------------------------------------
  const Books &books() const { return books_; }
  const std::vector<TradeNotice> &notices() const { return notices_; }
  const std::vector<Modification> &modifications() const { return modifications_; }
  unsigned long revision() const { return revision_; }

  double profit(const Position &position) const;
  double margin(const std::string &symbol, double volume, double price) const;
  double equity() const;
  double margin_used() const;

 private:
  struct Job {
    unsigned long id;
    Moment due;
    TradeRequest request;
    Handling handling;
    Ticket order;  // 0 for changes of stops and orders
  };

  // requests.cpp
  unsigned refusal(const TradeRequest &request) const;
  unsigned refused_deal(const TradeRequest &request, const Instrument &instrument) const;
  unsigned refused_pending(const TradeRequest &request, const Instrument &instrument) const;
  unsigned refused_stops(const TradeRequest &request, const Instrument &instrument) const;
  unsigned refused_order_change(const TradeRequest &request) const;
  bool stops_fit(const Instrument &instrument, Side side, double price, double stop_loss, double take_profit) const;
  bool volume_fits(const Instrument &instrument, double volume) const;
  Ticket place(const TradeRequest &request, const Handling &handling);

  // execution.cpp
  TradeAnswer carry_out(Job job);
  TradeAnswer trade(Order &order, const Job &job);
  TradeAnswer change_stops(const Job &job);
  TradeAnswer change_order(const Job &job);
  TradeAnswer close_against(const Job &job);
  void fill(Order &order, double volume, double price);
  void fill_in(Order &order, double volume, double price);
  void fill_out(Order &order, Position &position, double volume, double price);
  void finish(Order &order, OrderState state);
  Deal &deal_of(const Order &order, Entry entry, double volume, double price);
  TradeAnswer answer_of(unsigned retcode, const Order &order) const;

  // prices.cpp
  void chart(const std::string &symbol, Moment at, double bid, double spread);
  void trigger_orders(const std::string &symbol, double low, double high, double spread, bool at_quote);
  void hit_stops(const std::string &symbol);
  void hit_inside_bar(Position &position, double low, double high, double spread);
  void close_position(Position &position, double price, Reason reason, const std::string &comment);
  void stop_out();
  void expire_orders();

  void note(TradeNotice::Kind kind, Ticket order, Ticket deal, Ticket position, const std::string &symbol);

  Moment now_ = 0;
  std::map<std::string, Instrument> instruments_;
  std::map<std::string, Quote> quotes_;
  BarHistory bars_;
  Books books_;
  std::vector<Job> jobs_;
  std::vector<TradeNotice> notices_;
  std::vector<Modification> modifications_;
  Ticket next_ticket_ = 5'000'001, next_deal_ = 7'000'001;
  unsigned long next_job_ = 1;
  unsigned long revision_ = 0;
};

// To `digits` places, as brokers keep prices and money.
double rounded(double value, int digits);
bool same(double left, double right);

}  // namespace sim
