// What must hold when a run is over, whatever went wrong in it.
#pragma once

#include <string>
#include <vector>

#include "violation.hpp"
#include "world.hpp"

namespace sim {

// Whether nothing more is to be expected: all directives are final, all is reported, all bars are there.
bool settled(const World &world);
std::vector<Violation> violations(const World &world, bool progressed);

}  // namespace sim
