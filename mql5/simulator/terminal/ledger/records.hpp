// What the ledger holds, as far as officers see it: directives, who acknowledged them, events, exposures.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../common/decimal.hpp"
#include "../common/json.hpp"
#include "../common/moment.hpp"

namespace sim {

struct LedgerAccount {
  std::string account_id;
  std::string currency = "EUR";
  bool enabled = true;
  long max_in_flight = 10;
  long takeover_seconds = 120;
};

struct Acknowledgement {
  std::string instance_id;
  bool takeover;
  Moment at;
};

struct LedgerDirective {
  Json document;  // contracts/schemas/directive
  std::string id;
  long no = 0;
  std::string account_id, symbol, strategy_id, side, action, order_type;
  std::optional<Decimal> volume_lots;
  long target_no = 0;  // 0: none
  long priority = 0;
  Moment issued_at = 0;
  std::optional<Moment> expires_at;
  std::string status = "pending";
  std::vector<Acknowledgement> acknowledgements;

  // The number of the directive that opened the position it is about.
  long opened_by() const { return target_no ? target_no : no; }
  bool final() const { return status == "completed" || status == "failed" || status == "cancelled"; }
};

struct LedgerEvent {
  Json document;  // contracts/schemas/execution_event, canonical
  std::string id, directive_id, kind, instance_id, deal_ticket, references;
  Decimal volume_lots;
  long directive_no = 0;
  std::vector<std::string> anomalies;
  Moment recorded_at = 0;
};

struct Exposure {
  long directive_no;
  std::string account_id, symbol;
  Decimal filled_lots, closed_lots;
  std::string position_id;  // empty: not known yet
};

struct Discrepancy {
  std::string kind;
  long directive_no;
  std::string position_id, symbol;
  std::optional<Decimal> expected_lots, actual_lots;
};

// A request that is refused whole: a code of contracts/problems.json.
struct Refusal {
  std::string code;
  std::string detail;
  std::string hint;
};

}  // namespace sim
