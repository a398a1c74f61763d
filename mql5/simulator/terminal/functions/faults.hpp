// What goes wrong in a run, and when: a fault plan such as "web-lost:ack@1+order-late@2/20".
// kind[:target][@first][xcount][/value], joined by '+'. For faults of a moment, @ and / are seconds from the start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sim {

struct Fault {
  std::string kind, target;  // target empty: any
  double first = 1;          // the first call it strikes, or the second at which it begins
  long count = 1;            // how many calls in a row
  double value = 0;          // seconds, or what the kind says
  long seen = 0;             // calls so far that it could have struck
  bool lasts(double seconds) const { return seconds >= first && seconds < first + value; }
};

class Faults {
 public:
  Faults() = default;
  // Throws std::invalid_argument for what is no plan.
  explicit Faults(const std::string &plan);

  // The fault of this family ("web", "order", "disk") that strikes a call to `target`; nullptr for none.
  const Fault *strike(std::string_view family, std::string_view target);
  const Fault *find(std::string_view kind) const;
  // Whether a fault that lasts for a while, such as "offline", is on.
  bool on(std::string_view kind, double seconds) const;
  // Seconds from the start when the last fault of a moment is over.
  double over() const;
  // How often any fault has struck.
  long struck() const { return struck_; }
  const std::vector<Fault> &all() const { return faults_; }

 private:
  std::vector<Fault> faults_;
  long struck_ = 0;
};

}  // namespace sim
