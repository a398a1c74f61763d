// How an MQL5 program ends against its will.
#pragma once

#include <stdexcept>
#include <string>

namespace mql {

// The terminal died: power cut, kill, crash. Thrown by Machine::crash only; no program can catch it.
struct Crash {
  std::string point;
};

// What MetaTrader reports as a critical error: the program is stopped on the spot.
struct CriticalError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Stops the running program with a critical error; everything it still does has no effect.
[[noreturn]] void critical(const std::string &message);
[[noreturn]] void out_of_range(long index, long size);

}  // namespace mql
