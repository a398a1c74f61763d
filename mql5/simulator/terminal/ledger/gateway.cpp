#include "gateway.hpp"

#include <set>

namespace sim {
namespace {

const std::string &header(const HttpRequest &request, const std::string &name) {
  static const std::string none;
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? none : found->second;
}

const std::set<std::string> PATHS = {"/poll", "/ack", "/report", "/sync", "/bars"};

struct Invalid {
  std::string fault;  // "/pointer: what"
};

Json errors_of(const std::string &fault) {
  const std::size_t colon = fault.find(": ");
  return Json::array({Json::object({{"pointer", fault.substr(0, colon)}, {"message", fault.substr(colon + 2)}})});
}

}  // namespace

HttpReply Gateway::answer(const HttpRequest &request, Moment at) {
  std::string request_id = header(request, "x-request-id");
  if (request_id.size() < 8) request_id = "simulated-request";
  HttpReply reply;
  try {
    reply.body = serve(request, at).dump();
    reply.headers["Content-Type"] = "application/json";
  } catch (const Refusal &refused) {
    reply = refusal(refused, request_id, Json::array());
  } catch (const Invalid &invalid) {
    reply = refusal({"request_invalid", "The body is not a valid message; see errors.", ""}, request_id, errors_of(invalid.fault));
    improper_.push_back(request.path + " " + invalid.fault);
  }
  reply.headers["X-Request-Id"] = request_id;
  reply.headers["X-Contract-Version"] = "1";
  reply.headers["Cache-Control"] = "no-store";
  return reply;
}

Json Gateway::serve(const HttpRequest &request, Moment at) {
  const auto refuse = [&](const char *code, const char *detail) {
    improper_.push_back(request.path + " " + code);
    throw Refusal{code, detail, ""};
  };
  const std::string &path = request.path;
  if (!PATHS.contains(path)) refuse("not_found", "There is nothing at this path.");
  if (request.method != "POST") refuse("method_not_allowed", "Only POST is allowed here.");
  const std::string &version = header(request, "x-contract-version");
  if (version.empty()) refuse("contract_version_missing", "The header X-Contract-Version is missing.");
  if (version != "1") refuse("contract_version_unsupported", "This server speaks contract version 1 only.");
  const std::string &authorization = header(request, "authorization");
  if (authorization.empty()) refuse("api_key_missing", "The Authorization header carries no API key.");
  const auto key = authorization.starts_with("Bearer ") ? keys_.find(authorization.substr(7)) : keys_.end();
  if (key == keys_.end()) refuse("api_key_invalid", "The Authorization header carries no valid API key.");
  if (!header(request, "content-type").starts_with("application/json"))
    refuse("media_type_unsupported", "The body must be application/json in UTF-8.");
  Json document;
  try {
    document = Json::parse(request.body);
  } catch (const JsonError &error) {
    refuse("request_not_json", error.what());
  }
  const std::string fault = schemas_.fault(path.substr(1) + "_request", document);
  if (!fault.empty()) throw Invalid{fault};
  return call(path, key->second, document, at);
}

Json Gateway::call(const std::string &path, const std::string &account_id, const Json &document, Moment at) {
  if (path == "/poll") return ledger_.poll(account_id, document, at);
  if (path == "/ack") return ledger_.acknowledge(account_id, document, at);
  if (path == "/report") return ledger_.report(account_id, document, at);
  if (path == "/bars") return ledger_.store_bars(account_id, document, at);
  return ledger_.sync(account_id, document, at);
}

HttpReply Gateway::refusal(const Refusal &refused, const std::string &request_id, const Json &errors) const {
  const Json &known = schemas_.problem(refused.code);
  HttpReply reply;
  reply.status = static_cast<int>(known["status"].integer());
  reply.headers["Content-Type"] = "application/problem+json";
  reply.headers["X-Problem-Code"] = refused.code;
  reply.body = Json::object({{"type", "https://distortsignals.dev/problems/" + refused.code},
                             {"title", known["title"]},
                             {"status", known["status"]},
                             {"code", refused.code},
                             {"detail", refused.detail},
                             {"hint", refused.hint.empty() ? Json() : Json(refused.hint)},
                             {"request_id", request_id},
                             {"errors", errors}})
                   .dump();
  return reply;
}

}  // namespace sim
