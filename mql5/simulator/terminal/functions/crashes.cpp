#include "crashes.hpp"

#include <cstdlib>
#include <stdexcept>

namespace sim {

Crashes::Crashes(const std::string &text) {
  for (const char *at = text.c_str(); *at && text != "-";) {
    char *end = nullptr;
    CrashAt crash{std::strtol(at, &end, 10)};
    if (end == at) throw std::invalid_argument("no crash point: " + text);
    if (*end == 'n' || *end == 'h' || *end == 'a') crash.bytes = *end++;
    if (*end == ',') ++end;
    else if (*end) throw std::invalid_argument("no crash point: " + text);
    plan_.push_back(crash);
    at = end;
  }
}

bool Crashes::reach(const std::string &name, const std::string &state, bool unflushed) {
  ++count_;
  if (state != last_state_) distinct_.push_back({count_, name, unflushed});
  last_state_ = state;
  if (died_ >= plan_.size() || plan_[died_].point != count_) return false;
  bytes_ = plan_[died_++].bytes;
  count_ = 0;
  distinct_.clear();
  last_state_.clear();
  return true;
}

}  // namespace sim
