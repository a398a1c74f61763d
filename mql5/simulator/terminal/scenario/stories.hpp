// What the ledger and the market do in a run. Each story is short, so that a crash at each of its steps is cheap,
// and together they hold every kind of directive and every way an order can end.
#pragma once

#include <string>
#include <vector>

#include "world.hpp"

namespace sim {

struct Story {
  const char *name;
  void (*write)(World &);
};

const std::vector<Story> &stories();
// Instruments, first prices, account and settings that all stories share.
void set_stage(World &world);
// The suffix this broker puts behind every symbol's name.
extern const char *const SYMBOL_SUFFIX;

}  // namespace sim
