// The simulator's executable.
//   --contracts DIR batch             scenario lines in, one JSON result a line out
//   --contracts DIR scenario LINE...  one scenario; with --verbose what happens, with --exchanges its calls
//   --contracts DIR list              the stories
//   --contracts DIR server            the protocol server alone: JSON lines in and out, see server.cpp
//   serve                             one terminal over real HTTP: see serve.cpp
#include <cstdio>
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

int batch(const Arguments &arguments, const sim::Schemas &schemas) {
  for (std::string line; std::getline(std::cin, line);) {
    // A line that begins with '?' asks for the crash points too.
    sim::ScenarioOptions options = arguments.options;
    options.points = !line.empty() && line[0] == '?';
    const sim::ScenarioLine scenario = sim::ScenarioLine::parse(options.points ? line.substr(1) : line);
    std::cout << sim::run_scenario(scenario, schemas, options).json(options) << std::endl;
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
