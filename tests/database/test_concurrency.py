"""Many sessions at once: one wins where one may, limits hold exactly, nobody waits in a circle."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.database import chain
from tests.database.database import Database, Party
from tests.database.race import at_once, numbered, race
from tests.database.story import (
    SECOND_EA,
    acknowledge,
    decide,
    decline,
    directive,
    event,
    exposure,
    halt,
    issue,
    issued,
    publish,
    report,
    resume,
    signal,
    status,
    uuid_of,
)
from tests.support import documents
from tests.support.clock import after

MANY = 8
HOLD_DIRECTIVES = "select from ledger.trade_directives for update"
HOLD_SIGNALS = "select from ledger.signal_outbox for update"
HOLD_ACCOUNTS = "select from ledger.accounts for update"


def limits(database: Database, **changes: Any) -> None:
    database.call("operator", "change_account", p_account_id="demo-1", p_changes=changes)


def test_of_eight_instances_that_ack_one_directive_exactly_one_wins(clone: Database) -> None:
    made = directive(clone)
    asking = numbered(MANY, lambda n, p: acknowledge(p, made.id, instance_id=uuid_of(str(n))))

    answers = race(clone, asking, HOLD_DIRECTIVES)

    codes = Counter(result["code"] for (result,) in answers)
    assert codes == {None: 1, "directive_taken": MANY - 1}
    assert clone.value("select count(*) from ledger.directive_acknowledgements") == 1
    assert chain.faults(clone.rows(chain.READ)) == []


def test_of_eight_instances_that_take_over_exactly_one_wins(clone: Database) -> None:
    made = directive(clone)
    acknowledge(clone, made.id)
    late = after(minutes=3)
    asking = numbered(MANY, lambda n, p: acknowledge(p, made.id, instance_id=uuid_of(str(n)), at=late))

    answers = race(clone, asking, HOLD_DIRECTIVES)

    assert Counter(result["code"] for (result,) in answers) == {None: 1, "directive_taken": MANY - 1}
    assert clone.value("select max(acknowledgement_no) from ledger.directive_acknowledgements") == 2


def test_eight_calls_of_one_instance_are_all_granted_one_acknowledgement(clone: Database) -> None:
    made = directive(clone)

    answers = race(clone, [lambda p: acknowledge(p, made.id)] * MANY, HOLD_DIRECTIVES)

    assert Counter(result["outcome"] for (result,) in answers) == {"granted": MANY}
    assert clone.value("select count(*) from ledger.directive_acknowledgements") == 1


def test_eight_directors_decide_one_signal_once(clone: Database) -> None:
    publish(clone, signal())
    decisions = [issue("demo-1"), issue("demo-2")]

    answers = race(clone, [lambda p: decide(p, "signal", *decisions)] * MANY, HOLD_SIGNALS)

    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["status"], answers[0]["issued"]) == ("processed", 2)
    assert clone.value("select count(*) from ledger.trade_directives") == 2
    assert clone.value("select count(*) from ledger.risk_decisions") == 2


@pytest.mark.parametrize("limit", ["max_open_positions_account", "max_open_positions_symbol"])
def test_limits_hold_exactly_when_eight_signals_are_decided_at_once(clone: Database, limit: str) -> None:
    limits(clone, **{limit: 3})
    names = [f"signal {n}" for n in range(MANY)]
    publish(clone, *map(signal, names))

    decisions = [issue("demo-1"), decline("demo-2")]
    answers = race(clone, numbered(MANY, lambda n, p: decide(p, names[n], *decisions)), HOLD_ACCOUNTS)

    outcomes = Counter(answer["decisions"][0]["reason"] for answer in answers)
    assert outcomes == {"issued": 3, limit: MANY - 3}
    assert clone.value("select count(*) from ledger.exposures") == 3
    assert sum(len(issued(clone, name)) for name in names) == 3


def test_a_limit_per_symbol_counts_each_symbol_by_itself(clone: Database) -> None:
    limits(clone, max_open_positions_symbol=1)
    symbols = {f"signal {n}": ("EURUSD", "USDJPY")[n % 2] for n in range(MANY)}
    publish(clone, *(signal(name, symbol=symbol) for name, symbol in symbols.items()))

    race(clone, numbered(MANY, lambda n, p: decide(p, f"signal {n}", issue("demo-1"))), HOLD_ACCOUNTS)

    found = clone.rows("select symbol from ledger.exposures order by symbol")
    assert [row["symbol"] for row in found] == ["EURUSD", "USDJPY"]


def test_eight_publishers_of_one_signal_publish_it_once(clone: Database) -> None:
    first, second = signal(), signal(side="sell")
    calls: list[Callable[[Party], list[str]]] = [lambda p: publish(p, first), lambda p: publish(p, second)]

    outcomes = at_once(clone, calls * (MANY // 2))

    counted = Counter(outcome for result in outcomes if isinstance(result, list) for outcome in result)
    assert counted == {"published": 1, "duplicate": MANY // 2 - 1, "conflict": MANY // 2}
    assert clone.value("select count(*) from ledger.signal_outbox") == 1


def test_eight_reporters_of_one_event_record_it_once(clone: Database) -> None:
    made = directive(clone)
    acknowledge(clone, made.id)

    answers = race(clone, [lambda p: report(p, event(made.id))] * MANY, HOLD_DIRECTIVES)

    assert Counter(result["outcome"] for (result,) in answers) == {"recorded": 1, "duplicate": MANY - 1}
    assert exposure(clone, made) == ("1", "1", "0")


def test_eight_reports_of_one_unknown_directive_keep_it_once(clone: Database) -> None:
    fact = event(uuid_of("nobody"))

    answers = at_once(clone, [lambda p: report(p, fact)] * MANY)

    assert [result[0]["outcome"] for result in answers if isinstance(result, list)] == ["unmatched"] * MANY
    assert clone.value("select count(*) from ledger.unmatched_reports") == 1


def test_eight_different_events_of_one_directive_do_not_fork_its_chain(clone: Database) -> None:
    made = directive(clone)
    acknowledge(clone, made.id)
    fills = [event(made.id, name=str(n), volume_lots="0.125", deal_ticket=str(n + 1)) for n in range(MANY)]

    answers = race(clone, numbered(MANY, lambda n, p: report(p, fills[n])), HOLD_DIRECTIVES)

    assert Counter(result["outcome"] for (result,) in answers) == {"recorded": MANY}
    assert all(result["anomalies"] == [] for (result,) in answers)
    assert exposure(clone, made) == ("1", "1", "0")
    assert chain.faults(clone.rows(chain.READ)) == []


def test_eight_halts_and_resumes_at_once_make_one_chain(clone: Database) -> None:
    # A resume needs something to take back, whoever comes first.
    halt(clone, "global")
    calls: list[Callable[[Party], None]] = [lambda p: halt(p, "global"), lambda p: resume(p, "global")]

    assert at_once(clone, calls * (MANY // 2)) == [None] * MANY
    assert chain.faults(clone.rows(chain.READ)) == []


def test_eight_changes_of_one_account_make_one_chain(clone: Database) -> None:
    calls = numbered(
        MANY,
        lambda n, p: p.call(
            "operator", "change_account", p_account_id="demo-1", p_changes={"max_in_flight": n + 20}
        ),
    )

    race(clone, calls, HOLD_ACCOUNTS)

    assert clone.events().count("account.changed") == MANY
    assert chain.faults(clone.rows(chain.READ)) == []


@pytest.mark.parametrize("door", ["open_account", "save_strategy", "subscribe", "issue_api_key"])
def test_what_eight_operators_set_up_at_once_exists_once(clone: Database, door: str) -> None:
    key = {"key_id": "k" * 12, "secret_hash": "ab" * 32, "role": "feed", "account_id": None, "label": "x"}
    argument: dict[str, Any] = {
        "open_account": {"p_account": documents.account("new")},
        "save_strategy": {"p_strategy": documents.strategy("new")},
        "subscribe": {"p_subscription": documents.subscription(risk_multiplier="2")},
        "issue_api_key": {"p_key": key},
    }[door]
    before = len(clone.events())

    answers = at_once(clone, [lambda p: p.call("operator", door, **argument)] * MANY)

    assert answers == [answers[0]] * MANY
    assert isinstance(answers[0], dict)
    assert len(clone.events()) == before + 1


def test_a_directive_is_either_withdrawn_or_taken_never_both(clone: Database) -> None:
    made = directive(clone)
    limits(clone, enabled=True, max_in_flight=20)
    late = after(minutes=6)
    calls: list[Callable[[Party], Any]] = [
        lambda p: acknowledge(p, made.id),
        lambda p: acknowledge(p, made.id, at=late, instance_id=SECOND_EA),
    ]

    answers = race(clone, calls, HOLD_DIRECTIVES)

    codes = {result["code"] for (result,) in answers}
    assert (status(clone, made), codes) in [
        ("acknowledged", {None}),
        ("acknowledged", {None, "directive_taken"}),
        ("cancelled", {"directive_expired", "directive_cancelled"}),
    ]


def minutes(**changes: Any) -> list[dict[str, Any]]:
    """Sixty M1 bars from 10:00 on."""
    return [
        {
            "symbol": "EURUSD",
            "timeframe": "M1",
            "opened_at": f"2026-01-05T10:{minute:02}:00Z",
            **dict.fromkeys(("open", "high", "low", "close"), "1.1"),
            **dict.fromkeys(("tick_volume", "spread_points"), 1),
        }
        | changes
        for minute in range(60)
    ]


def test_bars_stored_by_eight_feeds_in_any_order_are_stored_once(clone: Database) -> None:
    bars = minutes()
    calls = numbered(MANY, lambda n, p: p.call("feed", "store_bars", p_bars=bars[:: 1 if n % 2 else -1]))

    answers = at_once(clone, calls)

    counts = [(a["recorded"], a["duplicates"]) for a in answers if isinstance(a, dict)]
    assert sorted(counts) == [(0, 60)] * (MANY - 1) + [(60, 0)]


HOLD_BARS = "select pg_advisory_xact_lock(hashtextextended('ledger.bars/feed/EURUSD/M1', 0))"


def test_eight_feeds_that_restate_the_same_bars_differently_at_once_lose_none(clone: Database) -> None:
    clone.call("feed", "store_bars", p_bars=minutes())
    calls = numbered(
        MANY,
        lambda n, p: p.call("feed", "store_bars", p_bars=minutes(tick_volume=n + 2)[:: 1 if n % 2 else -1]),
    )

    answers = race(clone, calls, HOLD_BARS)

    assert all((a["recorded"], a["duplicates"], len(a["restated"])) == (0, 0, 60) for a in answers)
    found = clone.rows(
        "select array_agg(version order by version) as versions,"
        " array_agg(tick_volume::integer order by tick_volume) as contents"
        " from ledger.bars group by opened_at"
    )
    each = {"versions": list(range(1, MANY + 2)), "contents": list(range(1, MANY + 2))}
    assert found == [each] * 60


def test_eight_feeds_that_restate_alike_at_once_make_one_version(clone: Database) -> None:
    clone.call("feed", "store_bars", p_bars=minutes())
    changed = minutes(tick_volume=2)

    answers = race(clone, [lambda p: p.call("feed", "store_bars", p_bars=changed)] * MANY, HOLD_BARS)

    assert sorted((len(a["restated"]), a["duplicates"]) for a in answers) == [(0, 60)] * (MANY - 1) + [
        (60, 0)
    ]
    assert clone.value("select count(*) from ledger.bars") == 120


def test_feeds_that_restate_two_symbols_in_opposite_orders_do_not_wait_in_a_circle(clone: Database) -> None:
    both = [*minutes(), *minutes(symbol="USDJPY")]
    clone.call("feed", "store_bars", p_bars=both)
    calls = numbered(
        MANY,
        lambda n, p: p.call(
            "feed", "store_bars", p_bars=[bar | {"tick_volume": n + 2} for bar in both[:: 1 if n % 2 else -1]]
        ),
    )

    answers = race(clone, calls, HOLD_BARS)

    assert [len(a["restated"]) for a in answers] == [120] * MANY


def test_partitions_made_by_several_archivists_at_once_are_made_once(clone: Database) -> None:
    month: dict[str, Any] = {"p_from": "2031-01-01", "p_months": 2}

    answers = at_once(clone, [lambda p: p.call("archivist", "premake_partitions", at=None, **month)] * 4)

    assert sorted(str(answer) for answer in answers) == ["{'made': 0}"] * 3 + ["{'made': 2}"]
