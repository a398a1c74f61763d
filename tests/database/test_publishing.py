"""Signals: published once under their story key, whoever publishes them and however often."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from functions.contract.scalars import timestamp_text
from tests.database.database import Database, Refused
from tests.database.story import publish, signal, uuid_of
from tests.support.clock import after


def test_a_signal_is_published_and_waits_for_the_director(database: Database) -> None:
    document = signal()

    assert publish(database, document) == ["published"]
    (waiting,) = database.call("director", "pending_signals", p_max_signals=10)["signals"]
    assert waiting["signal"] == document
    assert database.events()[-1] == "signal.published"


def test_a_signal_sent_twice_is_a_duplicate_however_its_numbers_are_written(database: Database) -> None:
    publish(database, signal())
    contents = database.contents()
    same = signal(
        entry_price="1.10", strength="0.80000", indicators={"slow": "1.09990", "fast": "1.1001"}
    ) | {"created_at": "2026-01-05T13:00:00+01:00"}

    assert publish(database, same) == ["duplicate"]
    assert publish(database, signal(), at=after(minutes=9)) == ["duplicate"]
    assert database.contents() == contents


@pytest.mark.parametrize(
    "changes",
    [
        {"side": "sell"},
        {"strength": "0.81"},
        {"stop_loss": "1.094"},
        {"take_profit": None},
        {"indicators": {}},
        {"symbol": "USDJPY"},
        {"created_at": "2026-01-05T11:00:00Z"},
        {"created_at": "2025-12-31T11:00:00Z"},
        {"expires_at": "2026-01-05T14:00:00Z"},
        {"timeframe": "M5"},
    ],
)
def test_the_same_id_with_other_content_is_a_conflict(database: Database, changes: dict[str, Any]) -> None:
    publish(database, signal())
    contents = database.contents()

    assert publish(database, signal(**changes)) == ["conflict"]
    assert database.contents() == contents


def test_each_signal_of_a_batch_has_its_own_outcome_in_the_order_sent(database: Database) -> None:
    publish(database, signal("b"))

    outcomes = publish(database, signal("c"), signal("b"), signal("a"), signal("b", side="sell"))

    assert outcomes == ["published", "duplicate", "published", "conflict"]


def test_a_signal_twice_in_one_batch_is_published_and_then_a_duplicate(database: Database) -> None:
    assert publish(database, signal(), signal()) == ["published", "duplicate"]


def test_an_empty_batch_is_answered(database: Database) -> None:
    assert publish(database) == []


@pytest.mark.parametrize("days", [-7.001, 7.001, 400])
def test_a_signal_far_from_the_present_is_refused(database: Database, days: float) -> None:
    created_at = after(days=days)

    with pytest.raises(Refused) as refused:
        publish(
            database, signal("far", created_at=timestamp_text(created_at), expires_at="2030-01-01T00:00:00Z")
        )

    assert (refused.value.code, refused.value.status) == ("signal_outside_present", 422)


def test_a_signal_of_a_month_without_partitions_is_refused_until_they_are_made(database: Database) -> None:
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    late = signal("july", created_at=timestamp_text(moment), expires_at="2026-07-01T01:00:00Z")

    with pytest.raises(Refused) as refused:
        publish(database, signal(), late, at=moment)
    assert (refused.value.code, refused.value.status) == ("signal_outside_present", 422)
    with pytest.raises(Refused) as refused:
        publish(database, late, at=moment)
    assert (refused.value.code, refused.value.status) == ("partition_missing", 503)

    database.call("archivist", "premake_partitions", at=None, p_from=moment, p_months=1)
    assert publish(database, late, at=moment) == ["published"]


def test_a_signal_of_an_unknown_strategy_is_refused(database: Database) -> None:
    contents = database.contents()

    with pytest.raises(Refused) as refused:
        publish(database, signal("of nobody", strategy_id="nobody"))

    assert (refused.value.code, refused.value.status) == ("strategy_unknown", 404)
    assert database.contents() == contents


@pytest.mark.parametrize(
    "changes",
    [
        {"side": None},
        {"stop_loss": None},
        {"strength": "1.1"},
        {"symbol": "no symbol"},
        {"expires_at": "2026-01-05T12:00:00Z"},
        {"action": "modify", "stop_loss": None, "take_profit": None},
    ],
)
def test_a_signal_that_no_generator_should_have_made_is_not_stored(
    database: Database, changes: dict[str, Any]
) -> None:
    contents = database.contents()

    with pytest.raises(Refused) as refused:
        publish(database, signal("impossible", **changes))

    assert (refused.value.code, refused.value.status) == ("signal_invalid", 422)
    # Callers are told what to do, not how the tables are called.
    assert "relation" not in refused.value.detail
    assert database.contents() == contents


@pytest.mark.parametrize("missing", ["signal_id", "created_at", "symbol", "action", "strength", "expires_at"])
def test_a_signal_without_what_every_signal_has_is_not_stored(database: Database, missing: str) -> None:
    contents = database.contents()
    document = signal("incomplete")
    del document[missing]

    with pytest.raises((psycopg.Error, Refused)):
        publish(database, document)

    assert database.contents() == contents


def test_one_bad_signal_stores_none_of_its_batch(database: Database) -> None:
    with pytest.raises((psycopg.Error, Refused)):
        publish(database, signal("good"), signal("bad", strength="2"))

    query = "select count(*) from ledger.signal_registry where signal_id = %s"
    assert database.value(query, uuid_of("good")) == 0
