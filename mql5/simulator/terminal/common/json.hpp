// JSON documents, read strictly and written compactly.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sim {

struct JsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Json {
 public:
  enum class Kind { null, boolean, number, text, array, object };
  using Member = std::pair<std::string, Json>;

  Json() = default;
  Json(bool value) : kind_(Kind::boolean), boolean_(value) {}
  Json(int value) : Json(static_cast<long>(value)) {}
  Json(long value) : kind_(Kind::number), text_(std::to_string(value)) {}
  Json(std::size_t value) : Json(static_cast<long>(value)) {}
  Json(const char *value) : kind_(Kind::text), text_(value) {}
  Json(std::string value) : kind_(Kind::text), text_(std::move(value)) {}
  Json(std::string_view value) : Json(std::string(value)) {}
  static Json array(std::vector<Json> items = {});
  static Json object(std::vector<Member> members = {});
  // Throws JsonError; the same key twice is an error too.
  static Json parse(std::string_view text);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_text() const { return kind_ == Kind::text; }
  bool is_array() const { return kind_ == Kind::array; }
  bool is_object() const { return kind_ == Kind::object; }
  // Each throws JsonError for a value of another kind.
  bool boolean() const;
  const std::string &text() const;
  long integer() const;
  double number() const;
  const std::vector<Json> &items() const;
  const std::vector<Member> &members() const;
  // The digits of a number as they were written.
  const std::string &digits() const { return text_; }

  // Null where there is no such key.
  const Json &operator[](std::string_view key) const;
  bool has(std::string_view key) const;
  void add(std::string key, Json value) { members_.emplace_back(std::move(key), std::move(value)); }
  void push(Json value) { items_.push_back(std::move(value)); }

  std::string dump() const;

 private:
  void write(std::string &out) const;
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
  friend class JsonParser;
};

// A string in quotes.
std::string json_text(std::string_view text);

}  // namespace sim
