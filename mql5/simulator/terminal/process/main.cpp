// The simulator's executable.
//   --contracts DIR batch             scenario lines in, one JSON result a line out; see batch()
//   --contracts DIR scenario LINE...  one scenario; with --verbose what happens, with --exchanges its calls
//   --contracts DIR list              the stories
//   --contracts DIR server            the protocol server alone: JSON lines in and out, see server.cpp
//   serve                             one terminal over real HTTP: see serve.cpp
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "../scenario/scenario.hpp"
#include "../scenario/stories.hpp"
#include "modes.hpp"

namespace {

struct Arguments {
  std::string contracts = "contracts", mode;
  std::vector<std::string> rest;
  sim::ScenarioOptions options;
};

Arguments parsed(int count, char **values) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = values[i];
    if (word == "--contracts" && i + 1 < count) arguments.contracts = values[++i];
    else if (word == "--verbose") arguments.options.spoken = true;
    else if (word == "--exchanges") arguments.options.exchanges = true;
    else if (word == "--points") arguments.options.points = true;
    else if (arguments.mode.empty()) arguments.mode = word;
    else arguments.rest.push_back(word);
  }
  return arguments;
}

// The result of a branch that the simulator itself did not survive.
void print_lost(const sim::ScenarioLine &line, const std::string &how) {
  sim::ScenarioResult result;
  result.line = line.text();
  result.violations.push_back({"runtime", how});
  std::cout << result.json({}) << std::endl;
}

// A line that begins with '?' asks for the crash points too. One that begins with '*' asks for a branch at each of
// them as well: the results of the branches come before its own.
int batch(const Arguments &arguments, const sim::Schemas &schemas) {
  for (std::string line; std::getline(std::cin, line);) {
    sim::ScenarioOptions options = arguments.options;
    const bool branches = line.starts_with('*');
    options.points = branches || line.starts_with('?');
    const sim::ScenarioLine scenario = sim::ScenarioLine::parse(options.points ? line.substr(1) : line);
    if (branches) options.lost = [&](const std::string &crashes, const std::string &how) { print_lost({scenario.story, scenario.plan, crashes}, how); };
    const sim::ScenarioResult result = sim::run_scenario(scenario, schemas, options);
    if (result.is_branch) options.points = false;
    std::cout << result.json(options) << std::endl;
    if (result.is_branch) std::_Exit(0);
  }
  return 0;
}

int scenario(const Arguments &arguments, const sim::Schemas &schemas) {
  std::string line;
  for (const std::string &word : arguments.rest) line += (line.empty() ? "" : " ") + word;
  const sim::ScenarioResult result = sim::run_scenario(sim::ScenarioLine::parse(line), schemas, arguments.options);
  std::cout << result.json(arguments.options) << std::endl;
  return result.violations.empty() ? 0 : 1;
}

int run(const Arguments &arguments) {
  if (arguments.mode == "serve") return sim::serve(arguments.rest);
  const sim::Schemas schemas(arguments.contracts);
  if (arguments.mode == "batch") return batch(arguments, schemas);
  if (arguments.mode == "scenario") return scenario(arguments, schemas);
  if (arguments.mode == "server") return sim::protocol_server(schemas);
  if (arguments.mode != "list") throw std::invalid_argument("no such mode: " + arguments.mode);
  for (const sim::Story &story : sim::stories()) std::cout << story.name << "\n";
  return 0;
}

}  // namespace

int main(int count, char **values) {
  try {
    return run(parsed(count, values));
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
}
