// Starting, stopping and losing a program.
#include "machine.hpp"

#include <stdexcept>

namespace mql {

namespace {
thread_local Machine *running = nullptr;

std::map<std::string, const Program *> &programs() {
  static std::map<std::string, const Program *> known;
  return known;
}
}  // namespace

Machine &machine() {
  if (running == nullptr) throw std::logic_error("no machine is running: make a mql::Running first");
  return *running;
}
ObjectTable &live_objects() { return machine().objects(); }
void critical(const std::string &message) { machine().fail(message); }
void out_of_range(long index, long size) {
  critical("array out of range: index " + std::to_string(index) + ", size " + std::to_string(size));
}
void complain(const std::string &message) {
  machine().complaints.push_back(message);
  machine().host().complaint(message);
}

Running::Running(Machine &machine) : before_(running) { running = &machine; }
Running::~Running() { running = before_; }

ProgramRegistration::ProgramRegistration(const Program &program) { programs()[program.name] = &program; }
const Program *find_program(const std::string &name) {
  auto found = programs().find(name);
  return found == programs().end() ? nullptr : found->second;
}

Machine::Machine(Host &host, Disk &disk) : host_(host), files_(*this, disk) {}
Machine::~Machine() {
  Running run(*this);
  if (program_ != nullptr) recover();
}

void Machine::start(const Program &program, const Inputs &inputs) {
  static ulong starts = 0;
  Running run(*this);
  program_ = &program;
  start_number_ = ++starts;  // unique over all machines: static locals belong to one start of one of them
  last_error_ = 0;
  program.construct();
  for (const InputEntry *entry = program.inputs; entry->name; ++entry) {
    if (auto found = inputs.find(entry->name); found != inputs.end()) entry->set(string::from_utf8(found->second));
  }
}

void Machine::destroy_statics() {
  while (!endings_.empty()) {
    const Ending last = endings_.back();
    endings_.pop_back();
    last.forget(last.object);
  }
  program_->destroy();
}

void Machine::stop() {
  Running run(*this);
  destroy_statics();
  program_ = nullptr;
  leaks = objects_.leaks();
  for (const std::string &name : leaks) complain("object of type " + name + " was not deleted");
  objects_.discard_dynamic();
  files_.close_all();
}

void Machine::recover() {
  Running run(*this);
  const bool crashed = state_ != State::failed;
  if (!dead()) state_ = State::crashed;
  while (program_ != nullptr) {
    try {
      destroy_statics();
      program_ = nullptr;
    } catch (const CriticalError &) {
      // One destructor failed; what it belonged to is gone, the others follow.
    }
  }
  objects_.discard_dynamic();
  files_.abandon(crashed);
  state_ = State::alive;
}

void Machine::crash(const std::string &point) {
  state_ = State::crashed;
  throw Crash{point};
}
void Machine::fail(const std::string &message) {
  if (!dead()) state_ = State::failed;
  throw CriticalError(message);
}

}  // namespace mql
