// A plain HTTP/1.1 client for servers on this machine.
#pragma once

#include <string>

#include "../functions/surroundings.hpp"

namespace sim {

// Sends a request to "http://host:port/..."; nothing has arrived if no whole answer came within the timeout,
// which is real time: then the server may have acted or not.
WebAnswer http_exchange(const HttpRequest &request, const std::string &url, Moment timeout);

}  // namespace sim
