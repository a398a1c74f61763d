// What is in a broker's books, as a JSON document.
#pragma once

#include "../broker/broker.hpp"
#include "../common/json.hpp"

namespace sim {

// Every order and deal there ever was, the open positions, and the money. Decimals are text.
Json account_document(const Broker &broker);

}  // namespace sim
