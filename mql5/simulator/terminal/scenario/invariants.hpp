// What must hold when a run is over, whatever went wrong in it.
#pragma once

#include <string>
#include <vector>

#include "world.hpp"

namespace sim {

struct Violation {
  // duplicate_order, order_before_ack, wrong_order, lost_directive, unreported_outcome, wrong_report, exposure, unreadable_journal,
  // improper_request, runtime, no_progress, anomaly
  std::string invariant;
  std::string detail;
};

// Whether nothing more is to be expected: all directives are final, all is reported.
bool settled(const World &world);
std::vector<Violation> violations(const World &world, bool progressed);

}  // namespace sim
