// Compares what happened at the broker with what the ledger was told.
#pragma once

#include <vector>

#include "invariants.hpp"

namespace sim {

// unreported_outcome and wrong_report: every order, deal and change of stops, against the events.
void unreported(const World &world, std::vector<Violation> &found);
// Whether a fact may have come after its directive was given up.
bool may_be_late(const World &world, const LedgerEvent &event);
// Whether a directive's order still waits at the broker.
bool is_pending_order(const World &world, long directive_no);

}  // namespace sim
