"""The demo's invariants: they hold after a demo, and each planted fault is found by its name."""

from dataclasses import replace
from decimal import Decimal

import pytest

from scripts.tools.demo.records import Position
from scripts.tools.evidence.auditor import auditing, rows
from scripts.tools.evidence.entries import netstrings
from tests.demo.performance import BARS, Copy, Performance


def test_after_a_demo_everything_holds(spoiled: Copy) -> None:
    found = spoiled.check()

    assert found.findings() == ()
    assert found.hold
    assert found.journal.read.rows > BARS / 2


def test_the_demo_has_tried_what_it_claims_to_show(performance: Performance) -> None:
    accounts = performance.played.accounts
    causes = {order.cause for account in accounts.values() for order in account.orders}

    assert causes == {"expert", "stop_loss", "take_profit"}
    assert len({len(account.orders) for account in accounts.values()}) == len(accounts), (
        "limits made no difference"
    )


def test_netstrings_are_those_of_the_database(spoiled: Copy) -> None:
    fields = ("grüße", "", None, "1:a,")
    with auditing(spoiled.url) as connection:
        # The auditor cannot call it, and need not: what it wrote can be recomputed from the outside.
        (row,) = rows(connection, "select payload::text, hash from ledger.journal limit 1")

    assert netstrings(*fields) == "7:grüße,0:,:,4:1:a,,".encode()
    assert len(row["hash"]) == 32


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "update ledger.journal set payload = replace(payload::text, 'buy', 'sell')::json"
            " where journal_id = (select min(journal_id) from ledger.journal where event = 'signal.published'"
            " and payload ->> 'side' = 'buy')",
            {"row_hash_mismatch"},
        ),
        (
            "update ledger.journal set recorded_at = recorded_at - interval '1 second'"
            " where entity = 'directive' and key = '1' and sequence = 2",
            {"row_hash_mismatch"},
        ),
        (
            "update ledger.journal set actor = 'operator'"
            " where entity = 'directive' and key = '1' and sequence = 2",
            {"row_hash_mismatch"},
        ),
        (
            "delete from ledger.journal where entity = 'directive' and key = '1' and sequence = 2",
            {"chain_gap"},
        ),
        (
            # The tail of its chain goes with it, or the gap alone would tell.
            "delete from ledger.journal where entity = 'directive' and key = '1' and sequence >="
            " (select sequence from ledger.journal where event = 'directive.completed' and key = '1')",
            {"tables_differ"},
        ),
        (
            "delete from ledger.journal where event = 'signal.processed' and journal_id ="
            " (select max(journal_id) from ledger.journal where event = 'signal.processed')",
            {"tables_differ"},
        ),
        (
            "delete from ledger.journal where entity = 'decision' and journal_id ="
            " (select min(journal_id) from ledger.journal where entity = 'decision')",
            {"tables_differ"},
        ),
        (
            "delete from ledger.journal where event = 'account.opened' and key = 'demo-2'",
            {"tables_differ"},
        ),
    ],
)
def test_a_journal_that_was_tampered_with_is_found_out(
    spoiled: Copy, statement: str, expected: set[str]
) -> None:
    spoiled.tamper(statement)

    found = spoiled.check()

    assert not found.journal.intact
    assert not found.hold
    assert set(found.journal.findings.counts) == expected, found.findings()
    assert not found.duplicates
    assert not found.lost


def test_an_entry_forged_with_a_hash_of_its_own_breaks_the_chain_behind_it(spoiled: Copy) -> None:
    spoiled.tamper(
        """
        update ledger.journal set subject = 'somebody',
            hash = sha256(convert_to(ledger.netstrings(entity, key, sequence::text, event,
                ledger.utc(created_at), actor, 'somebody', request_id, ledger.utc(recorded_at),
                contract_version::text, payload::text, encode(previous_hash, 'hex')), 'UTF8'))
        where entity = 'directive' and key = '1' and sequence = 2
        """
    )

    (finding,) = spoiled.check().journal.findings.kept

    assert finding.code == "chain_broken"


def test_an_order_with_a_magic_that_was_used_before_is_a_duplicate(spoiled: Copy) -> None:
    account = spoiled.accounts["demo-1"]
    first = next(order for order in account.orders if order.opens)
    account.orders.append(replace(first, order_ticket=first.order_ticket + 1_000))

    found = spoiled.check()

    assert len(found.duplicates) == 1
    assert not found.hold


def test_an_order_sent_again_after_the_answer_was_lost_is_both_a_duplicate_and_an_unknown_deal(
    spoiled: Copy,
) -> None:
    account = spoiled.accounts["demo-1"]
    order = next(order for order in account.orders if order.opens)
    deal = next(deal for deal in account.deals if deal.order_ticket == order.order_ticket)
    lots = Decimal("0.01")
    account.orders.append(replace(order, order_ticket=9_000_001, position_id=9_000_001, volume_lots=lots))
    account.deals.append(
        replace(
            deal,
            deal_ticket=9_000_002,
            order_ticket=9_000_001,
            position_id=9_000_001,
            volume_lots=lots,
        )
    )
    account.positions.append(Position(9_000_001, order.magic, order.side, lots, deal.price))

    found = spoiled.check()

    assert len(found.duplicates) == 1
    assert any("does not know deal" in sentence for sentence in found.lost)
    assert any("0.01 at the broker" in sentence for sentence in found.lost)


def test_a_directive_filled_by_two_orders_is_a_duplicate(spoiled: Copy) -> None:
    spoiled.tamper(
        """
        insert into ledger.execution_events
        select (jsonb_populate_record(e, jsonb_build_object(
            'event_id', gen_random_uuid(), 'order_ticket', 99))).*
        from ledger.execution_events e where e.kind = 'order_filled' order by e.directive_no limit 1
        """
    )

    found = spoiled.check()

    assert len(found.duplicates) == 1
    assert "was filled by 2 orders" in found.duplicates[0]


def test_a_signal_that_nobody_decided_is_lost(spoiled: Copy) -> None:
    spoiled.tamper(
        "update ledger.signal_outbox set status = 'pending' where signal_id ="
        " (select signal_id from ledger.signal_outbox order by created_at limit 1)"
    )

    found = spoiled.check()

    assert len(found.lost) == 1
    assert "is pending" in found.lost[0]


def test_a_directive_left_acknowledged_without_a_position_is_lost(spoiled: Copy) -> None:
    spoiled.tamper(
        "update ledger.trade_directives set status = 'acknowledged' where directive_no ="
        " (select min(directive_no) from ledger.trade_directives where status = 'completed')"
    )

    found = spoiled.check()

    assert len(found.lost) == 1
    assert "is acknowledged and no position" in found.lost[0]


def test_a_deal_that_was_never_reported_is_lost(spoiled: Copy) -> None:
    spoiled.tamper(
        "delete from ledger.execution_events where deal_ticket ="
        " (select min(deal_ticket) from ledger.execution_events) and account_id = 'demo-1'"
    )

    found = spoiled.check()

    assert any("does not know deal" in sentence for sentence in found.lost)
    assert set(found.journal.findings.counts) == {"tables_differ"}


def test_a_position_that_only_the_ledger_believes_in_is_lost(spoiled: Copy) -> None:
    spoiled.tamper(
        """
        insert into ledger.exposures (directive_no, account_id, strategy_id, symbol, side,
            volume_directed_lots, volume_filled_lots)
        select directive_no, account_id, strategy_id, symbol, side, 1, 1 from ledger.trade_directives
        where action = 'open' and directive_no not in (select directive_no from ledger.exposures)
        order by directive_no limit 1
        """
    )

    (sentence,) = spoiled.check().lost

    assert "lots in the ledger, 0 at the broker" in sentence
