#include "world.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "commands.hpp"

namespace sim {
namespace {

constexpr Moment START = 1'767'614'400 * SECOND;  // Monday, 2026-01-05T12:00:00Z
constexpr unsigned long MAGIC_PREFIX = 0x4453;
constexpr Moment REMEMBERED = 30 * SECOND;

}  // namespace

long directive_of(unsigned long magic) { return magic >> 40 == MAGIC_PREFIX ? static_cast<long>(magic & 0xFF'FFFF'FFFF) : 0; }

World::World(const Schemas &schemas, Faults faults, Crashes crashes)
    : gateway(ledger, schemas), start_(START), now_(START), faults_(std::move(faults)), crashes_(std::move(crashes)) {
  broker_.advance(now_ - HOUR);
  broker_.deposit(10'000);
  broker_.advance(now_);
}

void World::add_terminal(const std::string &program, const mql::Inputs &inputs, const std::string &chart_symbol) {
  disks_.push_back(std::make_unique<Sandbox>());
  terminals.push_back(std::make_unique<Terminal>(*this, *disks_.back(), TerminalSettings{program, inputs, chart_symbol}));
}

void World::at(Moment when, std::function<void(World &)> act) {
  const auto later = std::upper_bound(script_.begin() + static_cast<long>(next_step_), script_.end(), when,
                                      [](Moment moment, const Step &step) { return moment < step.at; });
  script_.insert(later, Step{when, std::move(act)});
}

void World::wipe_disks() {
  for (const auto &disk : disks_) disk->wipe();
}

void World::remove_journals() {
  for (const auto &disk : disks_)
    for (const auto &[path, content] : std::map(disk->files))
      if (path.ends_with("journal.bin")) disk->remove(path);
}

void World::pass_for(Moment end) {
  while (happen(end)) continue;
  advance_to(std::max(end, now_));
}

bool World::happen(Moment end) {
  const Moment step = next_step_ < script_.size() ? script_[next_step_].at : 0;
  const Moment due = broker_.next_due();
  Terminal *first = nullptr;
  for (const auto &terminal : terminals)
    if (const Moment at = terminal->next_due(); at && !terminal->busy() && (!first || at < first->next_due())) first = terminal.get();
  const Moment work = first ? first->next_due() : 0;
  Moment next = 0;
  for (const Moment at : {step, due, work})
    if (at && (next == 0 || at < next)) next = at;
  if (next == 0 || next > end) return false;
  advance_to(std::max(next, now_));
  if (due && due == next) return true;  // the broker has done it
  if (step && step == next) script_[next_step_++].act(*this);
  else first->work();
  remember();
  return true;
}

void World::advance_to(Moment at) {
  now_ = at;
  broker_.advance(at);
  remember();
}

void World::remember() {
  if (!faults_.find("lag") || (broker_.revision() == remembered_revision_ && !remembered_.empty())) return;
  remembered_revision_ = broker_.revision();
  remembered_.emplace_back(now_, broker_.books());
  while (remembered_.size() > 1 && remembered_[1].first < now_ - REMEMBERED) remembered_.pop_front();
}

const Books *World::books_before(Moment age) const {
  const Books *found = nullptr;
  for (const auto &[at, books] : remembered_)
    if (at <= now_ - age) found = &books;
  return found ? found : remembered_.empty() ? nullptr : &remembered_.front().second;
}

std::string World::state() const { return events() + " " + std::to_string(faults_.struck()); }

std::string World::events() const {
  std::string text =
      std::to_string(ledger.revision()) + " " + std::to_string(broker_.revision()) + " " + std::to_string(next_step_);
  for (const auto &disk : disks_) text += " " + std::to_string(disk->revision);
  return text;
}

WebAnswer World::send(const HttpRequest &request, const std::string &, Moment) {
  HttpReply reply = gateway.answer(request, now_);
  if (request.path == "/bars") bars_arrived(request, reply);
  if (recording) exchanges.push_back({now_, request, reply, Json()});
  trace_.add(now_, request.path + " " + request.body + " -> " + std::to_string(reply.status) + " " + reply.body);
  return {true, std::move(reply)};
}

void World::control(const Json &what) {
  if (what.has("issue")) ledger.issue(what["issue"]);
  else if (what.has("halt")) ledger.halt(what["halt"].items()[0].text(), what["halt"].items()[1].text());
  else if (what.has("strategy")) ledger.save_strategy(what["strategy"]);
  else if (what.has("bars")) ledger.store_bars(BARS_OF, what, now_);
  else ledger.resume(what["resume"].items()[0].text(), what["resume"].items()[1].text());
  if (recording) exchanges.push_back({now_, {}, {}, what});
}

void World::bars_arrived(const HttpRequest &request, const HttpReply &reply) {
  if (reply.status != 200) return violations.emplace_back("improper_request", "/bars was refused: " + reply.body), void();
  const Json sent = Json::parse(request.body);
  for (const Json &document : sent["bars"].items()) ++bars_sent[known_bar(document)];
  if (!only_bars_fail()) return;
  for (const auto &[no, directive] : ledger.directives())
    if (directive.status == "acknowledged" && !traded_at.contains(no))
      violations.emplace_back("delayed_trading", "bars were sent while directive " + std::to_string(no) + " was to be traded");
}

bool World::only_bars_fail() const {
  const bool crashing = crashes_.planned() || crashes_.is_branch();
  return !crashing && std::all_of(faults_.all().begin(), faults_.all().end(), [](const Fault &fault) { return fault.target == "bars" || fault.kind.starts_with("bar"); });
}

void World::accepted(const TradeRequest &request) {
  if (request.action != Action::stops) accepted_orders.push_back(request);
  const long no = directive_of(request.magic);
  traded_at.try_emplace(no, now_);
  const auto found = ledger.directives().find(no);
  const std::string name = "directive " + std::to_string(no);
  if (found == ledger.directives().end()) return violations.emplace_back("order_before_ack", "an order names no directive: " + name), void();
  const LedgerDirective &directive = found->second;
  if (directive.acknowledgements.empty()) violations.emplace_back("order_before_ack", name + " was traded before it was acknowledged");
  // A second for the way to the broker and back.
  if (directive.expires_at && now_ > *directive.expires_at + SECOND) violations.emplace_back("wrong_order", name + " was traded after it expired");
  if (const std::string wrong = misread(directive, request, broker_); !wrong.empty()) violations.emplace_back("wrong_order", name + ": " + wrong);
}

void World::refused(const TradeRequest &request, unsigned retcode) {
  static const std::set<unsigned> AVOIDABLE = {INVALID, INVALID_VOLUME, INVALID_EXPIRATION, INVALID_FILL, INVALID_ORDER};
  const long no = directive_of(request.magic);
  if (retcode == NO_CHANGES) unchanged.insert(no);
  // Who sees the account late may name a position by the ticket it had.
  const bool missed = retcode == POSITION_CLOSED && has_target(no) && !faults_.find("lag");
  if (AVOIDABLE.contains(retcode) || missed) violations.emplace_back("wrong_order", "directive " + std::to_string(no) + " was refused with " + std::to_string(retcode));
}

bool World::has_target(long no) const {
  const auto directive = ledger.directives().find(no);
  if (directive == ledger.directives().end()) return false;
  const auto &positions = broker_.books().positions;
  return std::any_of(positions.begin(), positions.end(), [&](const auto &entry) { return directive_of(entry.second.magic) == directive->second.target_no; });
}

void World::tear_journals() {
  for (const auto &disk : disks_)
    for (auto &[path, content] : disk->files)
      if (path.ends_with("journal.bin")) content += content.substr(0, 12) + std::string(200, '\0'), ++disk->revision;
}

}  // namespace sim
