// One scenario: a line of text, a run, a verdict.
#pragma once

#include <string>
#include <vector>

#include "../functions/crashes.hpp"
#include "invariants.hpp"

namespace sim {

// "market web-lost:ack@1 37h,12": story, fault plan ("none") and crash points ("-").
struct ScenarioLine {
  std::string story, plan, crashes;
  // Throws std::invalid_argument.
  static ScenarioLine parse(const std::string &line);
  std::string text() const { return story + " " + plan + " " + crashes; }
};

struct ScenarioOptions {
  bool spoken = false;     // what happens goes to standard error
  bool exchanges = false;  // the calls to the ledger are part of the result
  bool points = false;     // so are the crash points since the last crash
  Crashes::Lost lost;      // where set, the run branches: see Crashes::branch()
};

struct ScenarioResult {
  std::string line, hash;
  std::vector<Violation> violations;
  bool is_branch = false;
  std::size_t crashes = 0;
  double virtual_seconds = 0;
  std::size_t orders = 0, events = 0;
  std::vector<CrashPoint> points;
  long point_count = 0;
  long struck = 0;  // calls of the officer that a fault has hit
  std::vector<Exchange> exchanges;
  std::vector<std::string> alerts;

  std::string json(const ScenarioOptions &options) const;
};

ScenarioResult run_scenario(const ScenarioLine &line, const Schemas &schemas, const ScenarioOptions &options);

}  // namespace sim
