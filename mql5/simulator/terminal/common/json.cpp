#include "json.hpp"

#include <cstdio>
#include <cstdlib>

namespace sim {
namespace {

const Json nothing;

void require(bool holds, const char *what) {
  if (!holds) throw JsonError(what);
}

}  // namespace

Json Json::array(std::vector<Json> items) {
  Json made;
  made.kind_ = Kind::array;
  made.items_ = std::move(items);
  return made;
}

Json Json::object(std::vector<Member> members) {
  Json made;
  made.kind_ = Kind::object;
  made.members_ = std::move(members);
  return made;
}

bool Json::boolean() const {
  require(kind_ == Kind::boolean, "not a boolean");
  return boolean_;
}
const std::string &Json::text() const {
  require(kind_ == Kind::text, "not a text");
  return text_;
}
double Json::number() const {
  require(kind_ == Kind::number, "not a number");
  return std::strtod(text_.c_str(), nullptr);
}
long Json::integer() const {
  require(kind_ == Kind::number, "not a number");
  return text_.find_first_of(".eE") == std::string::npos ? std::strtol(text_.c_str(), nullptr, 10)
                                                         : static_cast<long>(number());
}
const std::vector<Json> &Json::items() const {
  require(kind_ == Kind::array, "not an array");
  return items_;
}
const std::vector<Json::Member> &Json::members() const {
  require(kind_ == Kind::object, "not an object");
  return members_;
}

const Json &Json::operator[](std::string_view key) const {
  for (const auto &[name, value] : members_)
    if (name == key) return value;
  return nothing;
}
bool Json::has(std::string_view key) const {
  for (const auto &[name, value] : members_)
    if (name == key) return true;
  return false;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string Json::dump() const {
  std::string out;
  write(out);
  return out;
}

void Json::write(std::string &out) const {
  const char *between = "";
  switch (kind_) {
    case Kind::null: out += "null"; return;
    case Kind::boolean: out += boolean_ ? "true" : "false"; return;
    case Kind::number: out += text_; return;
    case Kind::text: out += json_text(text_); return;
    case Kind::array:
      out += '[';
      for (const Json &item : items_) out += between, item.write(out), between = ",";
      out += ']';
      return;
    case Kind::object:
      out += '{';
      for (const auto &[name, value] : members_) {
        out += between + json_text(name) + ":";
        value.write(out);
        between = ",";
      }
      out += '}';
  }
}

}  // namespace sim
