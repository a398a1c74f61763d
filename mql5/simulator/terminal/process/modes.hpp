// The modes of the executable that are more than a line.
#pragma once

#include <string>
#include <vector>

#include "../ledger/schemas.hpp"

namespace sim {

// The in-memory protocol server, driven over standard input and output.
int protocol_server(const Schemas &schemas);
// One terminal with its broker, driven over standard input and output, talking to real functions.
int serve(const std::vector<std::string> &arguments);

}  // namespace sim
