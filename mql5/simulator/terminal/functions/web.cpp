// WebRequest. Places to die: before it leaves, with the server having acted, with the answer here and unread, after.
#include <algorithm>

#include "builtins.hpp"
#include "terminal.hpp"

namespace sim {
namespace {

constexpr std::size_t URL_MOST = 1024;
constexpr int ERR_WEB_ADDRESS = 5200, ERR_WEB_CONNECT = 5201, ERR_WEB_TIMEOUT = 5202, ERR_WEB_FAILED = 5203;
constexpr Moment ONE_WAY = 15 * MILLISECOND;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(" \t"), text.size()));
  text.erase(text.find_last_not_of(" \t\r") + 1);
  return text;
}

std::map<std::string, std::string> parsed(const std::string &headers) {
  std::map<std::string, std::string> made;
  for (std::size_t at = 0; at < headers.size();) {
    const std::size_t end = std::min(headers.find('\n', at), headers.size()), colon = headers.find(':', at);
    if (colon < end) made[lower(trimmed(headers.substr(at, colon - at)))] = trimmed(headers.substr(colon + 1, end - colon - 1));
    at = end + 1;
  }
  return made;
}

std::string path_of(const std::string &url) {
  const std::size_t scheme = url.find("://"), slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  return slash == std::string::npos ? "/" : url.substr(slash);
}

// What comes of one call.
struct Outcome {
  int error = 0;  // 0: `reply` came
  HttpReply reply;
};

bool is(const Fault *fault, const char *kind) { return fault && fault->kind == kind; }

Outcome failed(int error) {
  Outcome outcome;
  outcome.error = error;
  return outcome;
}

HttpReply problem(int status, const char *code) {
  HttpReply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", "application/problem+json"}, {"X-Problem-Code", code}, {"X-Contract-Version", "1"}};
  if (status == 503) reply.headers["Retry-After"] = "2";
  reply.body = Json::object({{"type", std::string("https://distortsignals.dev/problems/") + code},
                             {"title", "Momentan geht es nicht"},
                             {"status", status},
                             {"code", code},
                             {"detail", "Später noch einmal – 後で"},
                             {"hint", Json()},
                             {"request_id", "simulated-fault"},
                             {"errors", Json::array()}})
                   .dump();
  return reply;
}

// Faults of the way there: the server sees nothing of the request.
bool stopped(const Fault *fault, Terminal &terminal, Moment timeout, Outcome &outcome) {
  if (terminal.world().faults().on("server-down", terminal.world().seconds()) || is(fault, "web-refused")) outcome = failed(ERR_WEB_CONNECT);
  else if (is(fault, "web-unlisted")) outcome = failed(mql::ERR_FUNCTION_NOT_ALLOWED);
  else if (is(fault, "web-timeout")) terminal.wait(timeout), outcome = failed(ERR_WEB_TIMEOUT);
  else if (is(fault, "web-503")) outcome.reply = problem(503, "ledger_unavailable");
  else if (is(fault, "web-429")) outcome.reply = {429, {{"Retry-After", "3"}}, "Too many requests"};
  else if (is(fault, "web-500")) outcome.reply = {500, {}, ""};
  else if (is(fault, "web-answer")) outcome.reply = problem(static_cast<int>(fault->value), "refused_by_a_fault");
  else return false;
  return true;
}

// Faults of the way back: the server has acted.
Outcome damaged(const Fault *fault, Terminal &terminal, Moment timeout, WebAnswer answer) {
  if (!answer.arrived || is(fault, "web-lost")) return failed(ERR_WEB_FAILED);
  if (is(fault, "web-late")) return terminal.wait(timeout), failed(ERR_WEB_TIMEOUT);
  if (is(fault, "web-slow")) terminal.wait(static_cast<Moment>(fault->value * SECOND));
  Outcome outcome;
  outcome.reply = std::move(answer.reply);
  std::string &body = outcome.reply.body;
  if (is(fault, "web-500-acted")) outcome.reply = problem(500, "internal_error");
  if (is(fault, "web-truncated")) body.resize(body.size() / 2);
  if (is(fault, "web-garbage")) body = "<html><body>Anmeldung im Gäste-WLAN \xFF\xFE</body></html>";
  if (is(fault, "web-empty")) body.clear();
  return outcome;
}

Outcome exchange(Terminal &terminal, const HttpRequest &request, const std::string &url, Moment timeout) {
  Surroundings &world = terminal.world();
  const std::size_t slash = request.path.rfind('/');
  const Fault *fault = world.faults().strike("web", request.path.substr(slash + 1));
  if (is(fault, "web-unlisted")) return failed(mql::ERR_FUNCTION_NOT_ALLOWED);
  terminal.machine().crash_point("web.before");
  terminal.wait(ONE_WAY);
  Outcome outcome;
  if (stopped(fault, terminal, timeout, outcome)) return outcome;
  WebAnswer answer = world.send(request, url, timeout);
  if (is(fault, "web-twice")) answer = world.send(request, url, timeout);
  terminal.machine().crash_point("web.sent");
  terminal.wait(ONE_WAY);
  return damaged(fault, terminal, timeout, std::move(answer));
}

std::string header_text(const HttpReply &reply) {
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " \r\n";
  for (const auto &[name, value] : reply.headers) text += name + ": " + value + "\r\n";
  return text + "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
}

int given_back(const HttpReply &reply, mql::Array<char> &result, mql::string &headers) {
  result.resize(static_cast<long>(reply.body.size()));
  for (std::size_t i = 0; i < reply.body.size(); ++i) result[static_cast<long>(i)] = reply.body[i];
  headers = mql::string::from_utf8(header_text(reply));
  return reply.status;
}

}  // namespace
}  // namespace sim

namespace mql {

using namespace sim;

int WebRequest(const string method, const string url, const string headers, int timeout, const Array<char> &data, Array<char> &result,
               string &result_headers) {
  Terminal *terminal = calling();
  if (!terminal) return -1;
  HttpRequest request{method.utf8(), path_of(url.utf8()), parsed(headers.utf8()), std::string(data.data(), static_cast<std::size_t>(data.size()))};
  result.resize(0);
  result_headers = u""_s;
  const std::string address = url.utf8();
  const bool spelled = (address.starts_with("http://") || address.starts_with("https://")) && address.size() <= URL_MOST;
  const Outcome outcome = spelled ? exchange(*terminal, request, address, timeout * MILLISECOND) : failed(ERR_WEB_ADDRESS);
  if (spelled) machine().crash_point("web.answered");
  if (outcome.error) return machine().set_error(outcome.error), -1;
  const int status = given_back(outcome.reply, result, result_headers);
  machine().crash_point("web.after");
  return status;
}

}  // namespace mql
