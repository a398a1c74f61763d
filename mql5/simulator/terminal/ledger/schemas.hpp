// Checks documents against contracts/schemas: the very files, read as far as they use JSON Schema.
#pragma once

#include <map>
#include <memory>
#include <regex>
#include <string>

#include "../common/json.hpp"

namespace sim {

class Schemas {
 public:
  // contracts: the folder contracts/ of the project. Throws std::runtime_error when it cannot be read.
  explicit Schemas(const std::string &contracts);
  // The first fault as "pointer: what", empty if `document` is a valid `name` ("poll_request").
  std::string fault(const std::string &name, const Json &document) const;
  // Title and status of contracts/problems.json.
  const Json &problem(const std::string &code) const { return problems_[code]; }

 private:
  using Path = std::string;
  std::string check(const Json &schema, const Json &value, const std::string &file, const Path &at) const;
  std::string check_reference(const std::string &reference, const Json &value, const std::string &file, const Path &at) const;
  std::string check_object(const Json &schema, const Json &value, const std::string &file, const Path &at) const;
  std::string check_array(const Json &schema, const Json &value, const std::string &file, const Path &at) const;
  std::string check_text(const Json &schema, const Json &value, const Path &at) const;
  std::string check_combined(const Json &schema, const Json &value, const std::string &file, const Path &at) const;
  bool fits(const Json &schema, const Json &value, const std::string &file) const;
  const std::regex &pattern(const std::string &text) const;

  std::map<std::string, Json> files_;
  Json problems_;
  mutable std::map<std::string, std::regex> patterns_;
};

}  // namespace sim
