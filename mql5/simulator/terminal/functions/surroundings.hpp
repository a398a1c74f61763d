// What a terminal needs of the world: the time, a broker, a network, and what is to go wrong.
#pragma once

#include "../broker/broker.hpp"
#include "../common/trace.hpp"
#include "../ledger/gateway.hpp"
#include "crashes.hpp"
#include "faults.hpp"

namespace sim {

class Terminal;

struct WebAnswer {
  bool arrived = false;
  HttpReply reply;
};

class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual Moment now() const = 0;
  // Seconds since the run began, as fault plans count them.
  virtual double seconds() const = 0;
  // Lets time pass for all but `busy`, which waits.
  virtual void pass(Moment duration, Terminal &busy) = 0;
  virtual Broker &broker() = 0;
  virtual Faults &faults() = 0;
  virtual Crashes &crashes() = 0;
  virtual Trace &trace() = 0;
  // All that outlives terminals, as a text that changes when any of it does.
  virtual std::string state() const = 0;
  // What the account looked like so long ago; nullptr where it is not remembered.
  virtual const Books *books_before(Moment age) const = 0;
  // Takes an HTTP request to whoever answers it.
  virtual WebAnswer send(const HttpRequest &request, const std::string &url, Moment timeout) = 0;
  // The broker has taken an order: the moment for whoever checks what came before it.
  virtual void accepted(const TradeRequest &request) = 0;
  // The broker has refused a request of its own accord.
  virtual void refused(const TradeRequest &request, unsigned retcode) = 0;
};

}  // namespace sim
