// A translated program as the simulator sees it: its handlers and inputs.
#pragma once

#include <map>
#include <string>

#include "constants.hpp"
#include "string.hpp"
#include "structs.hpp"

namespace mql {

using Inputs = std::map<std::string, std::string>;  // name to UTF-8 text

struct InputEntry {
  const char *name;  // nullptr ends the list
  void (*set)(const string &text);
};

struct Program {
  const char *name;
  void (*construct)();
  void (*destroy)();
  const InputEntry *inputs;
  // Handlers the program does not have are nullptr.
  int (*on_init)();
  void (*on_deinit)(const int reason);
  void (*on_start)();
  void (*on_tick)();
  void (*on_timer)();
  void (*on_trade)();
  void (*on_trade_transaction)(const MqlTradeTransaction &, const MqlTradeRequest &, const MqlTradeResult &);
};

// Programs announce themselves under the name they were compiled with (-DMQL_PROGRAM=name).
const Program *find_program(const std::string &name);

struct ProgramRegistration {
  explicit ProgramRegistration(const Program &program);
};

// Text as the value of an input.
template <class T>
T input_value(const string &text) {
  if constexpr (std::is_same_v<T, string>) return text;
  else if constexpr (std::is_same_v<T, datetime> || std::is_same_v<T, color>) return T(integer_in(text));
  else return static_cast<T>(text);
}

}  // namespace mql
