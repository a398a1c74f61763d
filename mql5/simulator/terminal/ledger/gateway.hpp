// The functions' door in memory: what functions/gateway checks before the ledger is asked, and how it answers.
#pragma once

#include <map>
#include <string>

#include "ledger.hpp"
#include "schemas.hpp"

namespace sim {

struct HttpRequest {
  std::string method, path;                    // "/poll"
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

struct HttpReply {
  int status = 200;
  std::map<std::string, std::string> headers;
  std::string body;
};

class Gateway {
 public:
  Gateway(Ledger &ledger, const Schemas &schemas) : ledger_(ledger), schemas_(schemas) {}
  // Lets whoever carries this key speak for the account.
  void admit(const std::string &api_key, const std::string &account_id) { keys_[api_key] = account_id; }
  HttpReply answer(const HttpRequest &request, Moment at);
  // Requests so far that no officer should ever send: not of the contract, without a key, to nowhere.
  const std::vector<std::string> &improper() const { return improper_; }

 private:
  Json serve(const HttpRequest &request, Moment at);
  Json call(const std::string &path, const std::string &account_id, const Json &document, Moment at);
  HttpReply refusal(const Refusal &refusal, const std::string &request_id, const Json &errors) const;

  Ledger &ledger_;
  const Schemas &schemas_;
  std::map<std::string, std::string> keys_;
  std::vector<std::string> improper_;
};

}  // namespace sim
