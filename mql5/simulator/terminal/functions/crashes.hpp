// Where a run's terminals die. Crash points are counted from the run's start, and anew after each crash.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace sim {

struct CrashAt {
  long point;
  // What becomes of bytes that were written and not flushed: 'n' none reach the disk, 'h' half, 'a' all.
  char bytes = 'n';
};

struct CrashPoint {
  long number;
  std::string name;
  bool unflushed;  // bytes are in a buffer: how many survive makes a difference
};

class Crashes {
 public:
  Crashes() = default;
  // "37", "37h,12": the second is counted from the restart after the first. Throws std::invalid_argument.
  explicit Crashes(const std::string &text);

  // Counts a crash point. state: all that outlives a terminal, so that points between which nothing of it
  // changed are known to be one. True: die here.
  bool reach(const std::string &name, const std::string &state, bool unflushed);
  // From now on a branch of the run dies at every distinct point after the planned crashes, and goes on from there.
  // lost: told of a branch that did not come to its end, its crashes and how it ended.
  using Lost = std::function<void(const std::string &crashes, const std::string &how)>;
  void branch(Lost lost) { lost_ = std::move(lost); }
  bool is_branch() const { return is_branch_; }
  // The plan as it was given, and the crash of this branch.
  std::string text() const;
  // Of the last crash.
  char bytes() const { return bytes_; }
  long count() const { return count_; }  // since the last crash
  std::size_t died() const { return died_; }
  std::size_t planned() const { return plan_.size(); }
  // The points since the last crash that differ from the one before.
  const std::vector<CrashPoint> &distinct() const { return distinct_; }

 private:
  bool dies_here() const { return died_ < plan_.size() && plan_[died_].point == count_; }
  void branch_off(bool unflushed);

  std::vector<CrashAt> plan_;
  std::size_t died_ = 0;
  long count_ = 0;
  char bytes_ = 'n';
  std::string last_state_;
  std::vector<CrashPoint> distinct_;
  Lost lost_;
  bool is_branch_ = false;
};

}  // namespace sim
