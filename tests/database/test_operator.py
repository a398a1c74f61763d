"""What a person decides: accounts, strategies, subscriptions, keys and halts."""

from typing import Any

import psycopg
import pytest

from tests.database.database import Database, Refused
from tests.support import documents
from tests.support.clock import after

KEY = {
    "key_id": "k" * 12,
    "secret_hash": "ab" * 32,
    "role": "officer",
    "account_id": "demo-1",
    "label": "the EA in London",
    "expires_at": "2027-01-01T00:00:00Z",
}
HALT = {"scope": "symbol", "value": "EURUSD", "reason": "news"}

NOBODYS = HALT | {"value": "EURUSDD"}

# What an operator can do, and the same again.
DOORS: dict[str, dict[str, Any]] = {
    "open_account": {"p_account": documents.account("demo-3")},
    "save_strategy": {"p_strategy": documents.strategy("other")},
    "subscribe": {"p_subscription": documents.subscription(risk_multiplier="2")},
    "issue_api_key": {"p_key": KEY},
    "save_correlation_group": {"p_group": {"group_id": "majors", "symbols": ["EURUSD", "GBPUSD"]}},
    "save_news_window": {"p_window": documents.news_window()},
    "halt_trading": {"p_halt": HALT},
    "resume_trading": {"p_halt": HALT},
}


@pytest.mark.parametrize("door", DOORS)
def test_what_an_operator_sends_twice_is_answered_the_same_and_journaled_once(
    database: Database, door: str
) -> None:
    if door == "resume_trading":
        database.call("operator", "halt_trading", p_halt=HALT | {"reason": "what is taken back"})
    first = database.call("operator", door, **DOORS[door])
    events, contents = database.events(), database.contents()

    second = database.call("operator", door, at=after(minutes=1), **DOORS[door])

    assert second == first
    assert database.events() == events
    assert database.contents() == contents


def test_an_account_is_opened_with_its_limits(database: Database) -> None:
    answer = database.call("operator", "open_account", p_account=documents.account("demo-3"))

    assert answer == {"account_id": "demo-3", "recorded_at": "2026-01-05T12:00:00Z"}
    (row,) = database.rows("select * from ledger.accounts where account_id = 'demo-3'")
    stored = {name: str(value) for name, value in row.items() if value is not None and name != "recorded_at"}
    assert stored == {name: str(value) for name, value in documents.account("demo-3").items()}


@pytest.mark.parametrize(
    "changes",
    [{"currency": "USD"}, {"login": 7}, {"risk_per_trade": "0.02"}, {"account_id": "same-login"}],
)
def test_an_account_opened_again_with_other_data_is_a_conflict(
    database: Database, changes: dict[str, Any]
) -> None:
    account = documents.account("demo-1") | changes
    before = database.contents()

    with pytest.raises(Refused, match="account_conflict") as refused:
        database.call("operator", "open_account", p_account=account)

    assert refused.value.status == 409
    assert database.contents() == before


def test_limits_change_and_identity_does_not(database: Database) -> None:
    identity = {"login": 99, "server": "x", "currency": "USD", "account_id": "other"}
    (before,) = database.rows("select * from ledger.accounts where account_id = 'demo-1'")

    database.call(
        "operator", "change_account", p_account_id="demo-1", p_changes={"max_in_flight": 3} | identity
    )

    (after_it,) = database.rows("select * from ledger.accounts where account_id = 'demo-1'")
    assert after_it == before | {"max_in_flight": 3}
    assert database.events()[-1] == "account.changed"


def test_an_account_changed_to_what_it_is_says_so(database: Database) -> None:
    change: dict[str, Any] = {"p_account_id": "demo-1", "p_changes": {"volume_max_lots": "5.50"}}

    answers = [database.call("operator", "change_account", **change) for _ in range(2)]

    assert answers == [{"account_id": "demo-1", "changed": changed} for changed in (True, False)]
    assert database.events().count("account.changed") == 1


def test_a_strategy_is_saved_and_its_parameters_change(database: Database) -> None:
    database.call("operator", "save_strategy", p_strategy=documents.strategy(parameters={"fast": 5}))

    assert database.value("select parameters from ledger.strategies") == {"fast": 5}
    assert database.events()[-1] == "strategy.changed"


@pytest.mark.parametrize("changes", [{"kind": "other_kind"}, {"timeframe": "M5"}])
def test_a_strategy_keeps_its_kind_and_timeframe(database: Database, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="strategy_conflict") as refused:
        database.call("operator", "save_strategy", p_strategy=documents.strategy(**changes))

    assert refused.value.status == 409


def test_a_subscription_changes_how_an_account_follows(database: Database) -> None:
    subscription = documents.subscription(risk_multiplier="0.5", enabled=False)

    database.call("operator", "subscribe", p_subscription=subscription)

    (row,) = database.rows("select * from ledger.subscriptions where account_id = 'demo-1'")
    assert (str(row["risk_multiplier"]), row["enabled"]) == ("0.5", False)
    assert database.events()[-1] == "subscription.changed"


def test_a_key_is_issued_resolved_and_revoked_for_good(database: Database) -> None:
    database.call("operator", "issue_api_key", p_key=KEY)
    resolved = database.call("gatekeeper", "resolve_api_key", at=None, p_key_id=KEY["key_id"])
    revoked = database.call("operator", "revoke_api_key", p_key_id=KEY["key_id"])
    again = database.call("operator", "revoke_api_key", at=after(hours=1), p_key_id=KEY["key_id"])

    assert resolved == {
        "key_id": "k" * 12,
        "secret_hash": "ab" * 32,
        "role": "officer",
        "account_id": "demo-1",
        "revoked": False,
        "expires_at": "2027-01-01T00:00:00Z",
    }
    assert again == revoked == {"key_id": "k" * 12, "revoked_at": "2026-01-05T12:00:00Z"}
    assert database.call("gatekeeper", "resolve_api_key", at=None, p_key_id=KEY["key_id"])["revoked"]
    assert database.events()[-2:] == ["api_key.issued", "api_key.revoked"]


@pytest.mark.parametrize(
    "changes",
    [
        {"secret_hash": "cd" * 32},
        {"role": "feed", "account_id": None},
        {"account_id": "demo-2"},
        {"expires_at": "2030-01-01T00:00:00Z"},
        {"expires_at": None},
        {"label": "the EA in Paris"},
    ],
)
def test_a_key_issued_again_with_other_content_is_a_conflict(
    database: Database, changes: dict[str, Any]
) -> None:
    database.call("operator", "issue_api_key", p_key=KEY)

    with pytest.raises(Refused, match="api_key_conflict") as refused:
        database.call("operator", "issue_api_key", p_key=KEY | changes)

    assert refused.value.status == 409


def test_an_unknown_key_resolves_to_nothing(database: Database) -> None:
    assert database.call("gatekeeper", "resolve_api_key", at=None, p_key_id="z" * 12) is None


@pytest.mark.parametrize(
    ("door", "arguments", "code", "status"),
    [
        ("change_account", {"p_account_id": "nobody", "p_changes": {}}, "account_unknown", 404),
        ("subscribe", {"p_subscription": documents.subscription("nobody")}, "account_unknown", 404),
        ("subscribe", {"p_subscription": documents.subscription("demo-1", "none")}, "strategy_unknown", 404),
        ("issue_api_key", {"p_key": KEY | {"account_id": "nobody"}}, "account_unknown", 404),
        ("revoke_api_key", {"p_key_id": "z" * 12}, "api_key_unknown", 404),
        ("halt_trading", {"p_halt": HALT | {"scope": "planet"}}, "halt_invalid", 422),
        ("halt_trading", {"p_halt": HALT | {"scope": "global"}}, "halt_invalid", 422),
        ("halt_trading", {"p_halt": HALT | {"value": None}}, "halt_invalid", 422),
        ("halt_trading", {"p_halt": HALT | {"reason": ""}}, "halt_invalid", 422),
        ("halt_trading", {"p_halt": {}}, "halt_invalid", 422),
        ("resume_trading", {"p_halt": {"scope": None}}, "halt_invalid", 422),
        # A halt that stops nothing because of a typing mistake would be believed in.
        ("halt_trading", {"p_halt": HALT | {"scope": "account", "value": "demo-9"}}, "account_unknown", 404),
        ("halt_trading", {"p_halt": HALT | {"scope": "strategy", "value": "n"}}, "strategy_unknown", 404),
        ("halt_trading", {"p_halt": NOBODYS}, "symbol_unknown", 404),
        ("halt_trading", {"p_halt": HALT | {"value": "eurusd"}}, "symbol_unknown", 404),
        ("resume_trading", {"p_halt": NOBODYS}, "symbol_unknown", 404),
        ("resume_trading", {"p_halt": HALT}, "halt_absent", 409),
    ],
)
def test_an_operator_who_is_mistaken_is_refused_with_a_code(
    database: Database, door: str, arguments: dict[str, Any], code: str, status: int
) -> None:
    before = database.contents()

    with pytest.raises(Refused) as refused:
        database.call("operator", door, **arguments)

    assert (refused.value.code, refused.value.status) == (code, status)
    assert refused.value.detail
    assert refused.value.hint
    assert database.contents() == before


def test_a_halt_is_taken_back_once(database: Database) -> None:
    database.call("operator", "halt_trading", p_halt=HALT)
    first = database.call("operator", "resume_trading", p_halt=HALT | {"reason": "over"})

    assert database.call("operator", "resume_trading", p_halt=HALT | {"reason": "over"}) == first
    with pytest.raises(Refused, match="halt_absent"):
        database.call("operator", "resume_trading", p_halt=HALT | {"reason": "over again"})
    assert database.events()[-2:] == ["trading.halted", "trading.resumed"]


def _without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != key}


@pytest.mark.parametrize(
    ("door", "argument", "document"),
    [
        *(
            ("open_account", "p_account", _without(documents.account("new"), key))
            for key in documents.account()
        ),
        ("open_account", "p_account", documents.account("Upper")),
        ("open_account", "p_account", documents.account("new", risk_per_trade="1.1")),
        ("open_account", "p_account", documents.account("new", min_strength="-0.1")),
        ("open_account", "p_account", documents.account("new", max_in_flight=0)),
        ("open_account", "p_account", documents.account("new", volume_max_lots="0")),
        # An instance's last call is known to within five seconds: a shorter silence proves nothing.
        ("open_account", "p_account", documents.account("new", takeover_seconds=5)),
        ("save_strategy", "p_strategy", documents.strategy("new", symbols=[])),
        ("save_strategy", "p_strategy", documents.strategy("new", timeframe="M2")),
        ("save_strategy", "p_strategy", documents.strategy("new", bar_source="elsewhere")),
        ("save_strategy", "p_strategy", documents.strategy("new", parameters=[])),
        ("save_strategy", "p_strategy", documents.strategy("new", warm_up_bars=0)),
        ("subscribe", "p_subscription", documents.subscription(risk_multiplier="0")),
        ("subscribe", "p_subscription", documents.subscription(enabled=None)),
        ("issue_api_key", "p_key", KEY | {"key_id": "short"}),
        ("issue_api_key", "p_key", KEY | {"secret_hash": "ab"}),
        ("issue_api_key", "p_key", KEY | {"secret_hash": None}),
        ("issue_api_key", "p_key", KEY | {"role": "gatekeeper", "account_id": None}),
        ("issue_api_key", "p_key", KEY | {"role": "officer", "account_id": None}),
        ("issue_api_key", "p_key", KEY | {"role": "feed"}),
    ],
)
def test_a_document_that_no_form_would_send_is_not_stored(
    database: Database, door: str, argument: str, document: dict[str, Any]
) -> None:
    given: dict[str, Any] = {argument: document}
    before = database.contents()

    with pytest.raises((Refused, psycopg.Error)):
        database.call("operator", door, **given)

    assert database.contents() == before
