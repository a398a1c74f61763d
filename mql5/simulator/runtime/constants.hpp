// Every constant of MQL5 the simulator knows.
#pragma once

#include "constants/enumerations.hpp"
#include "constants/selectors.hpp"
#include "constants/trade.hpp"
#include "constants/values.hpp"
