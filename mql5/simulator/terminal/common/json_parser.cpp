#include <cstdlib>

#include "json.hpp"

namespace sim {
namespace {

constexpr int MAX_DEPTH = 64;  // deeper than any message; keeps hostile input off the stack

void append_utf8(std::string &out, unsigned code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 63));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  } else {
    out += static_cast<char>(0xF0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 63));
    out += static_cast<char>(0x80 | (code >> 6 & 63));
    out += static_cast<char>(0x80 | (code & 63));
  }
}

// The length of the UTF-8 sequence at the front of `text`, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool beyond = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || beyond ? 0 : length;
}

}  // namespace

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  Json document() {
    Json value = parse_value(0);
    skip_space();
    if (at_ != text_.size()) fail("text after the document");
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string &what) { throw JsonError(what + " at byte " + std::to_string(at_)); }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() {
    while (at_ < text_.size() && (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')) ++at_;
  }
  void expect(char c) {
    skip_space();
    if (peek() != c) fail(std::string("no '") + c + "'");
    ++at_;
  }
  bool accept(char c) {
    skip_space();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void word(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) fail("no value");
    at_ += expected.size();
  }

  Json parse_value(int depth) {
    if (depth > MAX_DEPTH) fail("nested too deep");
    skip_space();
    switch (peek()) {
      case '{': return parse_object(depth);
      case '[': return parse_array(depth);
      case '"': return Json(parse_text());
      case 't': return word("true"), Json(true);
      case 'f': return word("false"), Json(false);
      case 'n': return word("null"), Json();
      default: return parse_number();
    }
  }
  Json parse_object(int depth) {
    Json made = Json::object();
    expect('{');
    if (accept('}')) return made;
    do {
      skip_space();
      if (peek() != '"') fail("no key");
      std::string key = parse_text();
      if (made.has(key)) fail("a key twice");
      expect(':');
      made.add(std::move(key), parse_value(depth + 1));
    } while (accept(','));
    expect('}');
    return made;
  }
  Json parse_array(int depth) {
    Json made = Json::array();
    expect('[');
    if (accept(']')) return made;
    do made.push(parse_value(depth + 1));
    while (accept(','));
    expect(']');
    return made;
  }

  void digits() {
    if (peek() < '0' || peek() > '9') fail("no digit");
    while (peek() >= '0' && peek() <= '9') ++at_;
  }
  Json parse_number() {
    const std::size_t start = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') ++at_;
    else digits();
    if (peek() == '.') ++at_, digits();
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    Json made;
    made.kind_ = Json::Kind::number;
    made.text_ = std::string(text_.substr(start, at_ - start));
    return made;
  }

  std::string parse_text() {
    std::string out;
    ++at_;
    while (peek() != '"' || at_ >= text_.size()) {
      if (at_ >= text_.size()) fail("a text does not end");
      if (static_cast<unsigned char>(peek()) < 0x20) fail("a control character in a text");
      if (peek() == '\\') {
        parse_escape(out);
        continue;
      }
      const std::size_t length = utf8_length(text_.substr(at_));
      if (length == 0) fail("bytes that are not UTF-8");
      out += text_.substr(at_, length);
      at_ += length;
    }
    ++at_;
    return out;
  }
  void parse_escape(std::string &out) {
    ++at_;
    const char c = peek();
    ++at_;
    switch (c) {
      case '"': case '\\': case '/': out += c; return;
      case 'b': out += '\b'; return;
      case 'f': out += '\f'; return;
      case 'n': out += '\n'; return;
      case 'r': out += '\r'; return;
      case 't': out += '\t'; return;
      case 'u': append_utf8(out, parse_code()); return;
      default: fail("an unknown escape");
    }
  }
  unsigned parse_code() {
    const unsigned first = hex4();
    if (first >= 0xDC00 && first <= 0xDFFF) fail("half a surrogate pair");
    if (first < 0xD800 || first > 0xDBFF) return first;
    word("\\u");
    const unsigned second = hex4();
    if (second < 0xDC00 || second > 0xDFFF) fail("half a surrogate pair");
    return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  }
  unsigned hex4() {
    unsigned value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) fail("no hexadecimal digit");
      value = value * 16 + static_cast<unsigned>(digit);
    }
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Json Json::parse(std::string_view text) { return JsonParser(text).document(); }

}  // namespace sim
