// Compares what an officer asked of the broker with what its directive commands.
#pragma once

#include <string>

#include "../broker/broker.hpp"
#include "../ledger/records.hpp"

namespace sim {

// What is wrong with the request, empty if nothing is.
std::string misread(const LedgerDirective &directive, const TradeRequest &request, const Broker &broker);
// What is wrong with a change of stops that was carried out.
std::string misread(const LedgerDirective &directive, const Modification &change);

}  // namespace sim
