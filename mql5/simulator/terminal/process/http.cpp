#include "http.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace sim {
namespace {

constexpr std::size_t CHUNK = 65'536;

class Socket {
 public:
  explicit Socket(int number) : number_(number) {}
  ~Socket() { if (number_ >= 0) close(number_); }
  Socket(const Socket &) = delete;
  bool open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

struct Address {
  std::string host, port;
};

Address address_of(const std::string &url) {
  const std::size_t begin = url.find("://") + 3, end = std::min(url.find('/', begin), url.size());
  const std::string authority = url.substr(begin, end - begin);
  const std::size_t colon = authority.rfind(':');
  if (colon == std::string::npos) return {authority, "80"};
  return {authority.substr(0, colon), authority.substr(colon + 1)};
}

int connected(const Address &address, Moment timeout) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(address.host.c_str(), address.port.c_str(), &wanted, &found) != 0) return -1;
  const std::unique_ptr<addrinfo, void (*)(addrinfo *)> owned(found, freeaddrinfo);
  const int made = socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol);
  const timeval limit{timeout / SECOND, static_cast<suseconds_t>(timeout % SECOND)};
  setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(made, found->ai_addr, found->ai_addrlen) == 0) return made;
  close(made);
  return -1;
}

std::string text_of(const HttpRequest &request, const Address &address) {
  std::string text = request.method + " " + request.path + " HTTP/1.1\r\nHost: " + address.host + ":" + address.port + "\r\n";
  for (const auto &[name, value] : request.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\nConnection: close\r\n\r\n" + request.body;
}

bool sent(const Socket &socket, const std::string &text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t count = send(socket.number(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (count <= 0) return false;
    at += static_cast<std::size_t>(count);
  }
  return true;
}

// Everything up to the end of the connection; nothing if it broke or took too long.
std::optional<std::string> received(const Socket &socket) {
  std::string text;
  std::string chunk(CHUNK, '\0');
  for (;;) {
    const ssize_t count = recv(socket.number(), chunk.data(), chunk.size(), 0);
    if (count == 0) return text;
    if (count < 0) return std::nullopt;
    text.append(chunk, 0, static_cast<std::size_t>(count));
  }
}

void read_headers(const std::string &head, HttpReply &reply) {
  for (std::size_t at = head.find("\r\n"); at != std::string::npos && at + 2 < head.size();) {
    at += 2;
    const std::size_t end = std::min(head.find("\r\n", at), head.size()), colon = head.find(':', at);
    if (colon < end) {
      const std::size_t value = std::min(head.find_first_not_of(' ', colon + 1), end);
      reply.headers[head.substr(at, colon - at)] = head.substr(value, end - value);
    }
    at = end < head.size() ? end : std::string::npos;
  }
}

// Whole only with as many bytes as it says it has: our servers always say.
WebAnswer parsed(const std::string &text) {
  WebAnswer answer;
  const std::size_t split = text.find("\r\n\r\n"), code = text.find(' ');
  if (split == std::string::npos || code + 4 > split) return answer;
  std::from_chars(text.data() + code + 1, text.data() + code + 4, answer.reply.status);
  read_headers(text.substr(0, split), answer.reply);
  answer.reply.body = text.substr(split + 4);
  const auto length = answer.reply.headers.find("Content-Length");
  answer.arrived = length != answer.reply.headers.end() && std::to_string(answer.reply.body.size()) == length->second;
  return answer;
}

}  // namespace

WebAnswer http_exchange(const HttpRequest &request, const std::string &url, Moment timeout) {
  const Address address = address_of(url);
  const Socket socket(connected(address, timeout));
  if (!socket.open() || !sent(socket, text_of(request, address))) return {};
  const std::optional<std::string> text = received(socket);
  return text ? parsed(*text) : WebAnswer{};
}

}  // namespace sim
