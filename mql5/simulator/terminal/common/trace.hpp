// What happened in a run, as one number; and as lines for whoever wants to read it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "moment.hpp"

namespace sim {

class Trace {
 public:
  // Lines go to standard error as they happen.
  bool spoken = false;

  void add(Moment at, std::string_view what) {
    absorb(std::to_string(at));
    absorb(what);
    if (spoken) std::fprintf(stderr, "%s %.*s\n", utc_text(at).c_str(), static_cast<int>(what.size()), what.data());
  }
  std::string hash() const {
    char text[17];
    std::snprintf(text, sizeof text, "%016lx", static_cast<unsigned long>(hash_));
    return text;
  }

 private:
  // FNV-1a: it only has to tell one run from another.
  void absorb(std::string_view text) {
    for (const unsigned char c : text) hash_ = (hash_ ^ c) * 0x100000001B3u;
    hash_ = (hash_ ^ 0xFF) * 0x100000001B3u;
  }
  std::uint64_t hash_ = 0xCBF29CE484222325u;
};

}  // namespace sim
