// Two terminals run one program under two names, in turns; one of them starts again in between.
#include <iostream>

#include "machine.hpp"

namespace {

class Named : public mql::Host {
 public:
  explicit Named(std::string name) : name_(std::move(name)) {}
  void print(const std::string &text) override { std::cout << name_ << ": " << text << "\n"; }
  void complaint(const std::string &text) override { std::cout << name_ << " complaint: " << text << "\n"; }

 private:
  std::string name_;
};

struct Terminal {
  explicit Terminal(const std::string &name) : host(name), machine(host, disk), program(*mql::find_program(name)) {}
  void start() {
    mql::Running running(machine);
    machine.start(program);
    program.on_init();
  }
  void timer() {
    mql::Running running(machine);
    program.on_timer();
  }
  void stop() {
    mql::Running running(machine);
    program.on_deinit(mql::REASON_REMOVE);
    machine.stop();
  }
  Named host;
  mql::MemoryDisk disk;
  mql::Machine machine;
  const mql::Program &program;
};

}  // namespace

int main() {
  Terminal first("first"), second("second");
  first.start();
  second.start();
  first.timer();
  first.timer();
  second.timer();
  first.stop();
  first.start();
  first.timer();
  second.timer();
  first.stop();
  second.stop();
}
