// The protocol server by itself, for comparison with the real functions. One JSON document a line:
//   {"account": {"account_id", "currency", "max_in_flight", "takeover_seconds", "enabled"}, "key": "ds_..."}
//   {"issue": directive}   {"strategy": strategy}   {"halt": [scope, value]}   {"resume": [scope, value]}
//   {"at": timestamp, "path": "/poll", "headers": {...}, "body": text}  -> {"status", "headers", "body": text}
#include <iostream>

#include "../ledger/gateway.hpp"
#include "modes.hpp"

namespace sim {
namespace {

LedgerAccount account_of(const Json &document) {
  LedgerAccount account;
  account.account_id = document["account_id"].text();
  account.currency = document["currency"].text();
  account.enabled = document["enabled"].boolean();
  account.max_in_flight = document["max_in_flight"].integer();
  account.takeover_seconds = document["takeover_seconds"].integer();
  return account;
}

HttpRequest request_of(const Json &document) {
  HttpRequest request{"POST", document["path"].text(), {}, document["body"].text()};
  for (const auto &[name, value] : document["headers"].members()) request.headers[name] = value.text();
  return request;
}

Json answered(Gateway &gateway, const Json &document) {
  Moment at = 0;
  if (!parse_utc(document["at"].text(), at)) throw JsonError("no moment: " + document["at"].text());
  const HttpReply reply = gateway.answer(request_of(document), at);
  Json headers = Json::object();
  for (const auto &[name, value] : reply.headers) headers.add(name, value);
  return Json::object({{"status", reply.status}, {"headers", std::move(headers)}, {"body", reply.body}});
}

Json obey(Ledger &ledger, Gateway &gateway, const Json &document) {
  if (document.has("account")) {
    const LedgerAccount account = account_of(document["account"]);
    ledger.open_account(account);
    gateway.admit(document["key"].text(), account.account_id);
  } else if (document.has("issue")) {
    ledger.issue(document["issue"]);
  } else if (document.has("strategy")) {
    ledger.save_strategy(document["strategy"]);
  } else if (document.has("halt")) {
    ledger.halt(document["halt"].items()[0].text(), document["halt"].items()[1].text());
  } else if (document.has("resume")) {
    ledger.resume(document["resume"].items()[0].text(), document["resume"].items()[1].text());
  } else {
    return answered(gateway, document);
  }
  return Json::object();
}

}  // namespace

int protocol_server(const Schemas &schemas) {
  Ledger ledger;
  Gateway gateway(ledger, schemas);
  for (std::string line; std::getline(std::cin, line);) std::cout << obey(ledger, gateway, Json::parse(line)).dump() << std::endl;
  return 0;
}

}  // namespace sim
