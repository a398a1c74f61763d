// One thing that must not be.
#pragma once

#include <string>

namespace sim {

struct Violation {
  // duplicate_order, order_before_ack, wrong_order, lost_directive, unreported_outcome, wrong_report, exposure, unreadable_journal,
  // improper_request, runtime, no_progress, anomaly, delayed_trading, missing_bar, wrong_bar, needless_bar
  std::string invariant;
  std::string detail;
};

}  // namespace sim
