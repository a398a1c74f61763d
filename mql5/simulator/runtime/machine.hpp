// One terminal running one program: its objects, files, last error and host.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "errors.hpp"
#include "files.hpp"
#include "host.hpp"
#include "object.hpp"
#include "program.hpp"

namespace mql {

class Machine {
 public:
  // Both outlive the machine. The disk survives crashes, the machine's memory does not.
  Machine(Host &host, Disk &disk);
  ~Machine();
  Machine(const Machine &) = delete;

  Host &host() { return host_; }
  ObjectTable &objects() { return objects_; }
  FileTable &files() { return files_; }

  // Starts a program: globals built, static locals forgotten, inputs set from text. No handler is called.
  void start(const Program &program, const Inputs &inputs = {});
  // Ends it in peace: globals destroyed, open files flushed and closed.
  void stop();
  // Cleans up after a Crash or CriticalError left the program: destructors run without effect, a crash decides
  // what unflushed bytes survive, a critical error keeps them.
  void recover();

  [[noreturn]] void crash(const std::string &point);
  [[noreturn]] void fail(const std::string &message);
  // True from a crash or critical error until recover(): whatever is called now must have no effect.
  bool dead() const { return state_ != State::alive; }
  void crash_point(const char *name) { if (!dead()) host_.crash_point(name); }

  int last_error() const { return last_error_; }
  void set_error(int code) { last_error_ = code; }
  uint random() { return random_ = random_ * 214013u + 2531011u, (random_ >> 16) & 0x7fff; }
  void seed(uint value) { random_ = value; }
  ulong start_number() const { return start_number_; }
  // Has `forget(object)` called when the program ends, however it ends; last come, first called.
  void at_end(void *object, void (*forget)(void *)) { endings_.push_back({object, forget}); }
  // Complaints, and objects not deleted when the program stopped.
  std::vector<std::string> complaints;
  std::vector<std::string> leaks;

 private:
  struct Ending {
    void *object;
    void (*forget)(void *);
  };
  void destroy_statics();

  enum class State { alive, crashed, failed };
  Host &host_;
  ObjectTable objects_;
  FileTable files_;
  const Program *program_ = nullptr;
  State state_ = State::alive;
  int last_error_ = 0;
  uint random_ = 1;
  ulong start_number_ = 0;
  std::vector<Ending> endings_;
};

// The machine whose program is running.
Machine &machine();

// Makes a machine the running one for as long as it lives.
class Running {
 public:
  explicit Running(Machine &machine);
  ~Running();
  Running(const Running &) = delete;

 private:
  Machine *before_;
};

}  // namespace mql
