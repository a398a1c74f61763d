#include "schemas.hpp"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "../common/moment.hpp"

namespace sim {
namespace {

std::string contents(const std::filesystem::path &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_kind(const std::string &type, const Json &value) {
  using Kind = Json::Kind;
  switch (value.kind()) {
    case Kind::null: return type == "null";
    case Kind::boolean: return type == "boolean";
    case Kind::text: return type == "string";
    case Kind::array: return type == "array";
    case Kind::object: return type == "object";
    case Kind::number:
      return type == "number" || (type == "integer" && value.number() == static_cast<double>(static_cast<long>(value.number())));
  }
  return false;
}

bool is_type(const Json &type, const Json &value) {
  if (type.is_text()) return is_kind(type.text(), value);
  for (const Json &one : type.items())
    if (is_kind(one.text(), value)) return true;
  return false;
}

bool equal(const Json &left, const Json &right) { return left.dump() == right.dump(); }

long characters(const std::string &text) {
  long count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace

Schemas::Schemas(const std::string &contracts) {
  const std::filesystem::path folder(contracts);
  for (const auto &entry : std::filesystem::directory_iterator(folder / "schemas"))
    files_[entry.path().filename().string()] = Json::parse(contents(entry.path()));
  problems_ = Json::parse(contents(folder / "problems.json"));
}

std::string Schemas::fault(const std::string &name, const Json &document) const {
  const std::string file = name + ".schema.json";
  return check(files_.at(file), document, file, "");
}

std::string Schemas::check(const Json &schema, const Json &value, const std::string &file, const Path &at) const {
  if (const Json &reference = schema["$ref"]; !reference.is_null())
    if (std::string fault = check_reference(reference.text(), value, file, at); !fault.empty()) return fault;
  if (const Json &type = schema["type"]; !type.is_null() && !is_type(type, value)) return at + ": wrong type";
  if (const Json &constant = schema["const"]; !constant.is_null() && !equal(constant, value)) return at + ": wrong value";
  if (const Json &choices = schema["enum"]; !choices.is_null()) {
    bool found = false;
    for (const Json &choice : choices.items()) found = found || equal(choice, value);
    if (!found) return at + ": none of the choices";
  }
  if (value.kind() == Json::Kind::number) {
    if (schema.has("minimum") && value.number() < schema["minimum"].number()) return at + ": too small";
    if (schema.has("maximum") && value.number() > schema["maximum"].number()) return at + ": too large";
  }
  std::string fault = value.is_text() ? check_text(schema, value, at) : "";
  if (fault.empty() && value.is_object()) fault = check_object(schema, value, file, at);
  if (fault.empty() && value.is_array()) fault = check_array(schema, value, file, at);
  return fault.empty() ? check_combined(schema, value, file, at) : fault;
}

std::string Schemas::check_reference(const std::string &reference, const Json &value, const std::string &file,
                                     const Path &at) const {
  const std::size_t mark = reference.find('#');
  const std::string target = mark == 0 ? file : reference.substr(0, mark);
  const Json *schema = &files_.at(target);
  if (mark != std::string::npos) schema = &(*schema)["$defs"][reference.substr(reference.rfind('/') + 1)];
  return check(*schema, value, target, at);
}

std::string Schemas::check_text(const Json &schema, const Json &value, const Path &at) const {
  const std::string &text = value.text();
  if (schema.has("maxLength") && characters(text) > schema["maxLength"].integer()) return at + ": too long";
  if (schema.has("pattern") && !std::regex_search(text, pattern(schema["pattern"].text()))) return at + ": does not fit: " + text;
  Moment moment;
  if (schema.has("format") && schema["format"].text() == "date-time" && !parse_utc(text, moment)) return at + ": no moment";
  return "";
}

const std::regex &Schemas::pattern(const std::string &text) const {
  const auto found = patterns_.find(text);
  if (found != patterns_.end()) return found->second;
  // "Any character but NUL" is more than the C++ library reads; NUL cannot come past the JSON reader's texts.
  const std::string taken = text == "^[^\\u0000]*$" ? "" : text;
  return patterns_.emplace(text, std::regex(taken, std::regex::ECMAScript | std::regex::optimize)).first->second;
}

std::string Schemas::check_object(const Json &schema, const Json &value, const std::string &file, const Path &at) const {
  if (schema.has("required"))
    for (const Json &key : schema["required"].items())
      if (!value.has(key.text())) return at + "/" + key.text() + ": missing";
  const Json &properties = schema["properties"];
  const bool closed = schema.has("additionalProperties");
  for (const auto &[key, member] : value.members()) {
    const Json &part = properties[key];
    if (part.is_null() && closed) return at + "/" + key + ": unknown key";
    if (part.is_null()) continue;
    if (std::string fault = check(part, member, file, at + "/" + key); !fault.empty()) return fault;
  }
  return "";
}

std::string Schemas::check_array(const Json &schema, const Json &value, const std::string &file, const Path &at) const {
  const long count = static_cast<long>(value.items().size());
  if (schema.has("maxItems") && count > schema["maxItems"].integer()) return at + ": too many items";
  if (schema.has("minItems") && count < schema["minItems"].integer()) return at + ": too few items";
  if (!schema.has("items")) return "";
  for (long i = 0; i < count; ++i)
    if (std::string fault = check(schema["items"], value.items()[static_cast<std::size_t>(i)], file, at + "/" + std::to_string(i));
        !fault.empty())
      return fault;
  return "";
}

bool Schemas::fits(const Json &schema, const Json &value, const std::string &file) const {
  return check(schema, value, file, "").empty();
}

std::string Schemas::check_combined(const Json &schema, const Json &value, const std::string &file, const Path &at) const {
  if (schema.has("not") && fits(schema["not"], value, file)) return at + ": what it may not be";
  if (schema.has("anyOf")) {
    std::string fault;
    for (const Json &one : schema["anyOf"].items())
      if ((fault = check(one, value, file, at)).empty()) break;
    if (!fault.empty()) return fault;
  }
  if (schema.has("allOf"))
    for (const Json &one : schema["allOf"].items())
      if (std::string fault = check(one, value, file, at); !fault.empty()) return fault;
  if (schema.has("if")) {
    const char *branch = fits(schema["if"], value, file) ? "then" : "else";
    if (schema.has(branch)) return check(schema[branch], value, file, at);
  }
  return "";
}

}  // namespace sim
