#include "faults.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <stdexcept>

namespace sim {
namespace {

// Every kind there is: a misspelt plan must not look like one that found nothing.
const std::set<std::string, std::less<>> KINDS = {
    // Calls to the server. "lost" and what follows it: the server has acted.
    "web-refused", "web-timeout", "web-unlisted", "web-503", "web-429", "web-500", "web-lost", "web-late", "web-truncated",
    "web-garbage", "web-empty", "web-twice", "web-500-acted", "web-answer", "web-slow",
    // Requests to the broker. "silent": neither true nor a return code. "done": executed all the same.
    "order-answer", "order-answer-done", "order-silent", "order-silent-done", "order-partial", "order-late", "order-late-lost",
    "order-limbo", "order-cut", "order-cancelled", "order-commentless", "order-bare",
    // What lasts for a while from a moment on.
    "offline", "forbidden", "server-down", "halt", "disk-full",
    // What happens at a moment.
    "clock-jump", "new-tickets", "hand-close", "reload", "journal-gone", "journal-moved", "torn",
    // What holds for the whole run.
    "history-late", "positions-late", "lag", "in-both", "deaf", "two-terminals", "reboot", "broker-clock",
    // Bars: not loaded yet, only the newest of them, a few missing for a while, stated anew by the broker.
    "bars-late", "bars-few", "bars-hole", "bar-restated",
};

double number_at(const std::string &text, std::size_t &at) {
  const char *begin = text.c_str() + at;
  char *end = nullptr;
  const double value = std::strtod(begin, &end);
  if (end == begin) throw std::invalid_argument("no number in the fault " + text);
  at += static_cast<std::size_t>(end - begin);
  return value;
}

Fault parsed(const std::string &text) {
  Fault fault;
  std::size_t at = text.find_first_of(":@/");
  fault.kind = text.substr(0, at);
  while (at != std::string::npos && at < text.size()) {
    const char mark = text[at++];
    if (mark == ':') {
      const std::size_t end = text.find_first_of("@/", at);
      fault.target = text.substr(at, end - at);
      at = end;
    } else if (mark == '@') fault.first = number_at(text, at);
    else if (mark == 'x') fault.count = static_cast<long>(number_at(text, at));
    else if (mark == '/') fault.value = number_at(text, at);
    else throw std::invalid_argument("not understood: " + text);
  }
  if (!KINDS.contains(fault.kind)) throw std::invalid_argument("no such fault: " + fault.kind);
  return fault;
}

bool of_family(const Fault &fault, std::string_view family) {
  return fault.kind.size() > family.size() && fault.kind.starts_with(family) && fault.kind[family.size()] == '-';
}

}  // namespace

Faults::Faults(const std::string &plan) {
  for (std::size_t at = 0; at < plan.size();) {
    const std::size_t end = std::min(plan.find('+', at), plan.size());
    if (const std::string part = plan.substr(at, end - at); part != "none") faults_.push_back(parsed(part));
    at = end + 1;
  }
}

const Fault *Faults::strike(std::string_view family, std::string_view target) {
  const Fault *chosen = nullptr;
  for (Fault &fault : faults_) {
    if (!of_family(fault, family) || (!fault.target.empty() && fault.target != target)) continue;
    ++fault.seen;
    const bool hits = fault.seen >= static_cast<long>(fault.first) && fault.seen < static_cast<long>(fault.first) + fault.count;
    if (hits && !chosen) chosen = &fault, ++struck_;
  }
  return chosen;
}

const Fault *Faults::find(std::string_view kind) const {
  for (const Fault &fault : faults_)
    if (fault.kind == kind) return &fault;
  return nullptr;
}

bool Faults::on(std::string_view kind, double seconds) const {
  return std::any_of(faults_.begin(), faults_.end(), [&](const Fault &fault) { return fault.kind == kind && fault.lasts(seconds); });
}

double Faults::over() const {
  double last = 0;
  for (const Fault &fault : faults_) {
    const double lasts = fault.kind == "clock-jump" ? 0 : fault.value;  // there the value is how far it jumps
    if (!fault.kind.starts_with("web-") && !fault.kind.starts_with("order-")) last = std::max(last, fault.first + lasts);
  }
  return last;
}

}  // namespace sim
