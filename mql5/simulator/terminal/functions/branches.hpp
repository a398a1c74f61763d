// A run that splits into processes at its crash points: what came before a crash need not be run again for it.
#pragma once

#include <string>

namespace sim {

enum class Side { trunk, branch };

// Makes a copy of this process, the branch; the trunk waits for its end. `ended` says how it ended, for the trunk:
// empty if in peace. A branch is killed after a minute: it has come into an endless loop.
Side split(std::string &ended);

}  // namespace sim
