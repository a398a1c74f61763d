// Runs OnStart with one planned crash, then again without, and shows the disk after each.
//   crash_main PROGRAM [at=POINT] [nth=N] [flushed=N] [survived=N] [folder=PATH] [input.NAME=VALUE]...
#include <iostream>
#include <memory>

#include "machine.hpp"

namespace {

using Options = std::map<std::string, std::string>;

class Plan : public mql::Host {
 public:
  explicit Plan(const Options &options) : options_(options), left_(number("nth", 1)) {}
  void disarm() { armed_ = false; }
  void crash_point(const char *name) override {
    if (armed_ && options_.count("at") && options_.at("at") == name && --left_ == 0) mql::machine().crash(name);
  }
  std::size_t bytes_flushed(const std::string &, std::size_t bytes) override {
    return armed_ && options_.count("flushed") && --left_ == 0 ? static_cast<std::size_t>(number("flushed", 0)) : bytes;
  }
  std::size_t bytes_survived(const std::string &, std::size_t) override { return static_cast<std::size_t>(number("survived", 0)); }
  void print(const std::string &text) override { std::cout << text << "\n"; }
  void complaint(const std::string &text) override { std::cout << "complaint: " << text << "\n"; }

 private:
  long number(const std::string &name, long otherwise) const { return options_.count(name) ? std::stol(options_.at(name)) : otherwise; }
  Options options_;
  long left_;
  bool armed_ = true;
};

void run(mql::Machine &machine, const mql::Program &program, const mql::Inputs &inputs) {
  try {
    mql::Running running(machine);
    machine.start(program, inputs);
    program.on_start();
    machine.stop();
    std::cout << "ended\n";
  } catch (const mql::Crash &crash) {
    machine.recover();
    std::cout << "crash at " << crash.point << "\n";
  }
}

void show(const mql::Disk &disk) {
  constexpr char digits[] = "0123456789abcdef";
  for (const std::string &name : disk.names("MQL5/Files")) {
    const std::string bytes = disk.read("MQL5/Files/" + name).value_or("");
    std::cout << name << " ";
    for (char byte : bytes) std::cout << digits[byte >> 4 & 15] << digits[byte & 15];
    std::cout << "\n";
  }
}

}  // namespace

int main(int count, char **arguments) {
  Options options;
  mql::Inputs inputs;
  for (int i = 2; i < count; ++i) {
    const std::string pair = arguments[i], name = pair.substr(0, pair.find('=')), value = pair.substr(pair.find('=') + 1);
    if (name.rfind("input.", 0) == 0) inputs[name.substr(6)] = value;
    else options[name] = value;
  }
  Plan plan(options);
  std::unique_ptr<mql::Disk> disk;
  if (options.count("folder")) disk = std::make_unique<mql::FolderDisk>(options["folder"]);
  else disk = std::make_unique<mql::MemoryDisk>();
  const mql::Program &program = *mql::find_program(arguments[1]);
  mql::Machine machine(plan, *disk);
  run(machine, program, inputs);
  show(*disk);
  plan.disarm();
  run(machine, program, inputs);
  show(*disk);
}
