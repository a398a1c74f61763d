"""The loop: who acts when, what has to wait, and that nothing looks ahead."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from functions.contract.bar import Bar
from functions.contract.signal import Signal
from functions.director.context import Subscription
from scripts.tools.backtest.engine.loop import run
from scripts.tools.backtest.engine.result import Result
from scripts.tools.backtest.engine.setup import AccountSetup, Setup
from scripts.tools.backtest.engine.signals import Signals
from scripts.tools.demo.bars_file import BarsFile
from scripts.tools.demo.schedule import MARKET
from tests.backtest.agreement import result_of
from tests.backtest.worlds import HOUR, T0, account, bar, flat, setup, strategy
from tests.director.cases import closing_signal, modifying_signal, signal


class Said(Signals):
    """Signals as a test wants them, by the number of their bar."""

    def __init__(self, bars: list[Bar], by_number: dict[int, list[Signal]]) -> None:
        super().__init__(strategy(), bars)
        self._known = {number: tuple(by_number.get(number, ())) for number in range(len(bars))}


def story(kind: Signal, number: int, **changes: object) -> Signal:
    """The signal as of the close of the bar with that number, good for an hour."""
    at = T0 + (number + 1) * HOUR
    named = kind.signal_id.int + number * 7 + len(kind.action)
    return kind.model_copy(
        update={
            "created_at": at,
            "expires_at": at + HOUR,
            "signal_id": type(kind.signal_id)(int=named),
            **changes,
        }
    )


def lived(
    bars: list[Bar], by_number: dict[int, list[Signal]], *accounts: AccountSetup, close_at_end: bool = False
) -> Result:
    """All bars, with these signals."""
    made: Setup = setup(accounts=accounts)
    said = Said(bars, by_number)
    return run(bars, made, [said], first=0, last=len(bars) - 1, close_at_end=close_at_end)


def test_an_order_is_filled_at_the_first_price_of_the_next_bar() -> None:
    bars = [flat(0), bar("1.10050 1.10100 1.10000 1.10050", hours=1), flat(2)]

    (found,) = lived(bars, {0: [story(signal(), 0)]}).accounts

    (position,) = found.positions
    assert (position.open_price, position.opened_at) == (Decimal("1.10060"), T0 + HOUR + MARKET)
    # 1 % of 10,000 over 200 points, and 10 of spread.
    assert position.volume_lots == Decimal("0.47")
    assert [point.positions for point in found.curve] == [0, 1, 1]


@pytest.mark.parametrize(
    "name", ["00000000-0000-5000-8000-000000000001", "ffffffff-0000-5000-8000-000000000001"]
)
def test_what_a_bar_closes_is_closed_before_what_it_opens_is_judged(name: str) -> None:
    ignoring = account(limits=account().limits.model_copy(update={"opposite_positions": "ignore"}))
    selling = signal(side="sell", stop_loss="1.102", take_profit="1.097")
    both = [story(signal(), 1), story(closing_signal(side="sell"), 1, signal_id=UUID(name))]

    (found,) = lived([flat(0), flat(1), flat(2)], {0: [story(selling, 0)], 1: both}, ignoring).accounts

    assert [trade.side for trade in found.trades] == ["sell"]
    assert [position.side for position in found.positions] == ["buy"]


@pytest.mark.parametrize(("strength", "closed"), [("0.6", True), ("0.4", False)])
def test_an_account_that_reverses_closes_the_other_side_though_its_open_is_declined(
    strength: str, *, closed: bool
) -> None:
    limits = account().limits.model_copy(
        update={"opposite_positions": "reverse", "min_strength": Decimal("0.5"), "max_spread_points": 1}
    )
    selling = signal(side="sell", stop_loss="1.102", take_profit="1.097", strength=strength)
    opens = flat(0, spread_points=1)

    (found,) = lived(
        [opens, flat(1), flat(2)], {0: [story(signal(), 0)], 1: [story(selling, 1)]}, account(limits=limits)
    ).accounts

    reason = "max_spread_points" if closed else "strength_below_minimum"
    assert [decided.reason for decided in found.decisions] == ["issued", reason]
    assert [trade.side for trade in found.trades] == (["buy"] if closed else [])


def test_of_two_new_stops_decided_together_the_looser_one_is_declined() -> None:
    tight, loose = (modifying_signal(side="buy", stop_loss=stop_loss) for stop_loss in ("1.0995", "1.0985"))
    both = [story(tight, 1), story(loose, 1, signal_id=UUID("ffffffff-0000-5000-8000-000000000001"))]

    (found,) = lived([flat(0), flat(1), flat(2)], {0: [story(signal(), 0)], 1: both}).accounts

    assert [decided.reason for decided in found.decisions] == ["issued", "issued", "stop_not_tighter"]
    assert [position.stop_loss for position in found.positions] == [Decimal("1.0995")]


def test_before_a_gap_an_open_expires_and_a_close_waits_for_the_first_price() -> None:
    bars = [flat(0), flat(1), bar("1.10100 1.10200 1.10000 1.10000", hours=60), flat(61)]
    selling = signal(side="sell", stop_loss="1.102", take_profit="1.097")
    signals = {0: [story(signal(), 0)], 1: [story(closing_signal(side="buy"), 1), story(selling, 1)]}

    (found,) = lived(bars, signals).accounts

    (trade,) = found.trades
    assert (trade.closed_at, trade.close_price) == (T0 + 60 * HOUR + MARKET, Decimal("1.10100"))
    assert found.positions == ()
    expired = [one for one in found.directives if one.code == "directive_expired"]
    assert [one.command.side for one in expired] == ["sell"]


def test_an_open_that_is_patient_waits_for_the_first_price_too() -> None:
    patient = account(limits=account().limits.model_copy(update={"directive_ttl_seconds": 300_000}))
    bars = [flat(0), bar("1.10100 1.10200 1.10000 1.10000", hours=60)]
    long_good = story(signal(), 0, expires_at=T0 + 100 * HOUR)

    (found,) = lived(bars, {0: [long_good]}, patient).accounts

    assert found.positions[0].opened_at == T0 + 60 * HOUR + MARKET
    assert found.positions[0].open_price == Decimal("1.10110")


def test_of_two_closes_of_one_bar_the_second_finds_it_closing() -> None:
    first, second = (
        story(closing_signal(), 1),
        story(closing_signal(), 1, signal_id=story(signal(), 9).signal_id),
    )

    (found,) = lived([flat(0), flat(1), flat(2)], {0: [story(signal(), 0)], 1: [first, second]}).accounts

    assert [one.reason for one in found.decisions] == ["issued", "issued", "already_closing"]
    assert len(found.trades) == 1


def test_a_close_withdraws_the_open_that_its_own_run_has_issued() -> None:
    # Of the bar before, or the close would be decided first.
    opening, close = story(signal(), -1, expires_at=T0 + 9 * HOUR), story(closing_signal(), 0)
    slow = account(limits=account().limits.model_copy(update={"max_signal_age_seconds": 7_200}))

    (found,) = lived([flat(0), flat(1)], {0: [close, opening]}, slow).accounts

    assert [one.reason for one in found.decisions] == ["issued", "no_position"]
    assert [one.code for one in found.directives] == ["overtaken_by_close"]
    assert found.positions == ()


def test_limits_are_counted_again_between_two_signals_of_one_bar() -> None:
    one_only = account(limits=account().limits.model_copy(update={"max_open_positions_symbol": 1}))
    first, second = story(signal(), 0), story(signal(), 0, signal_id=story(signal(), 5).signal_id)

    (found,) = lived([flat(0), flat(1)], {0: [first, second]}, one_only).accounts

    assert [one.reason for one in found.decisions] == ["issued", "max_open_positions_symbol"]
    assert len(found.positions) == 1


def test_a_modify_moves_the_stop_and_one_that_would_loosen_it_is_declined() -> None:
    tighter = story(modifying_signal(stop_loss="1.099"), 1)
    looser = story(modifying_signal(stop_loss="1.0985"), 2)

    (found,) = lived(
        [flat(0), flat(1), flat(2), flat(3)], {0: [story(signal(), 0)], 1: [tighter], 2: [looser]}
    ).accounts

    assert found.positions[0].stop_loss == Decimal("1.099")
    assert found.positions[0].take_profit == Decimal("1.103")
    assert [one.reason for one in found.decisions] == ["issued", "issued", "stop_not_tighter"]


def test_a_trailing_stop_does_not_concern_who_holds_nothing() -> None:
    trailing = story(modifying_signal(stop_loss="1.099"), 0)

    (found,) = lived([flat(0), flat(1)], {0: [trailing]}).accounts

    assert found.decisions == ()


def test_an_account_trades_only_what_it_follows_with_its_multiplier() -> None:
    double = account(account_id="a", subscriptions={"trend": Subscription(risk_multiplier=Decimal(2))})
    other = account(account_id="b", subscriptions={"else": Subscription(risk_multiplier=Decimal(1))})

    follower, stranger = lived([flat(0), flat(1)], {0: [story(signal(), 0)]}, other, double).accounts

    assert follower.positions[0].volume_lots == Decimal("0.95")
    assert (stranger.account_id, stranger.decisions) == ("b", ())


def test_what_is_open_at_the_end_is_closed_where_that_is_asked_for() -> None:
    bars = [flat(0), flat(1), bar("1.10000 1.10200 1.10000 1.10200", hours=2)]

    (found,) = lived(bars, {0: [story(signal(), 0)]}, close_at_end=True).accounts

    (trade,) = found.trades
    assert (trade.reason, trade.close_price, trade.closed_at) == ("end", Decimal("1.10200"), T0 + 3 * HOUR)
    assert (found.curve[-1].positions, found.curve[-1].equity) == (0, found.balance)


def test_what_comes_later_changes_nothing_that_was_before(sample: BarsFile) -> None:
    changed = [
        one.model_copy(update={name: getattr(one, name) * 2 for name in ("open", "high", "low", "close")})
        for one in sample.bars[401:]
    ]
    other = replace(sample, bars=(*sample.bars[:401], *changed))

    (one, *_), (two, *_) = result_of(sample, 500).accounts, result_of(other, 500).accounts

    # The first price of bar 401 is what the orders of bar 400 are filled at; until bar 399 all is the same.
    until = one.curve[399 - 100].at
    assert one.curve[:300] == two.curve[:300]
    assert [d for d in one.decisions if d.created_at <= until] == [
        d for d in two.decisions if d.created_at <= until
    ]
    assert one.curve != two.curve


def test_the_same_again_is_the_same(sample: BarsFile) -> None:
    assert result_of(sample, 300) == result_of(sample, 300)
