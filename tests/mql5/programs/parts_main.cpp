// Runs the OnStart of a program over a folder on disk, or crashes it at every point there is.
//   parts NAME FOLDER [INPUT=VALUE]...      files are those in FOLDER/MQL5/Files
//   parts --crash-everywhere NAME           Mode "write" is crashed at each crash point, then "check" runs
#include <iostream>
#include <map>

#include "builtins.hpp"
#include "machine.hpp"
#include "structs.hpp"

namespace {

struct Specification {
  double point, tick_size, volume_min, volume_max, volume_step;
  long digits, stops_level, filling, execution;
};

const std::map<std::string, Specification> SYMBOLS = {
    {"EURUSD", {0.00001, 0.00001, 0.01, 50, 0.01, 5, 100, 3, mql::SYMBOL_TRADE_EXECUTION_MARKET}},
    {"GOLD", {0.01, 0.25, 0.1, 10, 0.1, 2, 0, 2, mql::SYMBOL_TRADE_EXECUTION_INSTANT}},
    {"EXCHANGE", {0.01, 0.01, 1, 100, 1, 2, 0, 1, mql::SYMBOL_TRADE_EXECUTION_EXCHANGE}},
    {"BARE", {0.01, 0.01, 1, 100, 1, 2, 0, 0, mql::SYMBOL_TRADE_EXECUTION_MARKET}},
};

const Specification *find(const mql::string &name) {
  const auto found = SYMBOLS.find(name.utf8());
  return found == SYMBOLS.end() ? nullptr : &found->second;
}

class Parts : public mql::Host {
 public:
  void print(const std::string &text) override { std::cout << text << "\n"; }
  void complaint(const std::string &text) override { std::cout << "complaint: " << text << "\n"; }
  mql::ulong uptime_microseconds() override { return 5'000'000; }
  std::size_t bytes_survived(const std::string &, std::size_t bytes) override { return bytes * survive / 2; }
  std::size_t bytes_flushed(const std::string &, std::size_t bytes) override {
    return dying() && survive == 1 ? bytes / 2 : bytes;
  }
  void crash_point(const char *name) override {
    if (dying()) mql::machine().crash(name);
  }

  std::size_t survive = 0;  // halves of the unflushed bytes that reach the disk all the same
  int points_left = -1;     // crash points to pass before the death; negative: none

 private:
  bool dying() { return points_left >= 0 && points_left-- == 0; }
};

// The name of the point it died at, "" if it came to its end.
std::string run(const mql::Program &program, mql::Machine &machine, const mql::Inputs &inputs) {
  mql::Running running(machine);
  try {
    machine.start(program, inputs);
    program.on_start();
    machine.stop();
    return "";
  } catch (const mql::Crash &crash) {
    machine.recover();
    return crash.point;
  } catch (const mql::CriticalError &error) {
    std::cout << "critical error: " << error.what() << "\n";
    machine.recover();
    return "critical error";
  }
}

int crash_everywhere(const mql::Program &program) {
  for (std::size_t survive = 0; survive < 3; ++survive) {
    std::string point = "start";
    for (int number = 0; !point.empty(); ++number) {
      Parts host;
      mql::MemoryDisk disk;
      mql::Machine machine(host, disk);
      host.survive = survive;
      host.points_left = number;
      point = run(program, machine, {{"InpMode", "write"}});
      host.points_left = -1;
      std::cout << "died: " << (point.empty() ? "never" : point) << "\n";
      run(program, machine, {{"InpMode", "check"}});
    }
  }
  return 0;
}

}  // namespace

namespace mql {

bool SymbolSelect(string name, bool) { return find(name) != nullptr; }

double SymbolInfoDouble(string name, ENUM_SYMBOL_INFO_DOUBLE property) {
  const Specification *symbol = find(name);
  if (symbol == nullptr) return 0;
  switch (property) {
    case SYMBOL_POINT: return symbol->point;
    case SYMBOL_TRADE_TICK_SIZE: return symbol->tick_size;
    case SYMBOL_VOLUME_MIN: return symbol->volume_min;
    case SYMBOL_VOLUME_MAX: return symbol->volume_max;
    case SYMBOL_VOLUME_STEP: return symbol->volume_step;
    default: return 0;
  }
}

long SymbolInfoInteger(string name, ENUM_SYMBOL_INFO_INTEGER property) {
  const Specification *symbol = find(name);
  if (symbol == nullptr) return 0;
  switch (property) {
    case SYMBOL_DIGITS: return symbol->digits;
    case SYMBOL_TRADE_STOPS_LEVEL: return symbol->stops_level;
    case SYMBOL_FILLING_MODE: return symbol->filling;
    case SYMBOL_TRADE_EXEMODE: return symbol->execution;
    default: return 0;
  }
}

bool SymbolInfoSessionTrade(string, ENUM_DAY_OF_WEEK, uint, datetime &, datetime &) { return false; }

}  // namespace mql

int main(int count, char **arguments) {
  const std::string first = count > 2 ? arguments[1] : "";
  const bool everywhere = first == "--crash-everywhere";
  const mql::Program *program = count > 2 ? mql::find_program(everywhere ? arguments[2] : arguments[1]) : nullptr;
  if (program == nullptr) return std::cerr << "usage: parts NAME FOLDER [INPUT=VALUE]...\n", 2;
  if (everywhere) return crash_everywhere(*program);
  mql::Inputs inputs;
  for (int i = 3; i < count; ++i) {
    const std::string pair = arguments[i];
    inputs[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  Parts host;
  mql::FolderDisk disk(arguments[2]);
  mql::Machine machine(host, disk);
  return run(*program, machine, inputs).empty() ? 0 : 1;
}
