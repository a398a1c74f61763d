// Runs the OnStart of a program and prints what it prints: the driver of the conformance files.
//   script NAME [--crash POINT] ...    see usage in the conformance test
#include <iostream>

#include "machine.hpp"

namespace {

class Script : public mql::Host {
 public:
  void print(const std::string &text) override { std::cout << text << "\n"; }
  void alert(const std::string &text) override { std::cout << "alert: " << text << "\n"; }
  void comment(const std::string &text) override { std::cout << "comment: " << text << "\n"; }
  void complaint(const std::string &text) override { std::cout << "complaint: " << text << "\n"; }
  mql::ulong uptime_microseconds() override { return 5'000'000; }
};

int run(const mql::Program &program, mql::Machine &machine, const mql::Inputs &inputs) {
  try {
    mql::Running running(machine);
    machine.start(program, inputs);
    if (program.on_start) program.on_start();
    machine.stop();
    return 0;
  } catch (const mql::CriticalError &error) {
    std::cout << "critical error: " << error.what() << "\n";
    machine.recover();
    return 0;
  }
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return std::cerr << "usage: script NAME [INPUT=VALUE]...\n", 2;
  const mql::Program *program = mql::find_program(arguments[1]);
  if (program == nullptr) return std::cerr << "no program " << arguments[1] << "\n", 2;
  mql::Inputs inputs;
  for (int i = 2; i < count; ++i) {
    const std::string pair = arguments[i];
    inputs[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  Script host;
  mql::MemoryDisk disk;
  mql::Machine machine(host, disk);
  return run(*program, machine, inputs);
}
