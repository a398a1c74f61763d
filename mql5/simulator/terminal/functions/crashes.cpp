#include "crashes.hpp"

#include <cstdlib>
#include <stdexcept>

#include "branches.hpp"

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
  if (state != last_state_) {
    distinct_.push_back({count_, name, unflushed});
    if (lost_ && died_ == plan_.size()) branch_off(unflushed);
  }
  last_state_ = state;
  if (!dies_here()) return false;
  bytes_ = plan_[died_++].bytes;
  count_ = 0;
  distinct_.clear();
  last_state_.clear();
  return true;
}

void Crashes::branch_off(bool unflushed) {
  for (const char *share = unflushed ? "nha" : "n"; *share; ++share) {
    plan_.push_back({count_, *share});
    std::string ended;
    if (split(ended) == Side::branch) {
      is_branch_ = true;
      lost_ = nullptr;
      return;
    }
    if (!ended.empty()) lost_(text(), ended);
    plan_.pop_back();
  }
}

std::string Crashes::text() const {
  std::string text;
  for (const CrashAt &crash : plan_)
    text += (text.empty() ? "" : ",") + std::to_string(crash.point) + (crash.bytes == 'n' ? "" : std::string(1, crash.bytes));
  return text.empty() ? "-" : text;
}

}  // namespace sim
