"""The simulated broker, by examples worked out by hand: EURUSD, 5 digits, one lot is 100,000 EUR, in USD."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from functions.contract.account import Instrument
from functions.contract.bar import Bar
from functions.contract.scalars import Side
from scripts.tools.demo import retcodes
from scripts.tools.demo.broker import Broker
from scripts.tools.demo.records import Deal, directive_no_of, magic_of

MONDAY = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MAGIC = magic_of(7)


def decimal(text: str | None) -> Decimal | None:
    """The number a text writes, None for none."""
    return None if text is None else Decimal(text)


def bar(prices: str, *, hours: int = 0, spread_points: int = 10) -> Bar:
    """An hour from its open, high, low and close."""
    opened, high, low, close = map(Decimal, prices.split())
    return Bar(
        symbol="EURUSD",
        timeframe="H1",
        opened_at=MONDAY + hours * HOUR,
        open=opened,
        high=high,
        low=low,
        close=close,
        tick_volume=100,
        spread_points=spread_points,
    )


def broker(balance: str = "10000", stops_level_points: int = 0) -> Broker:
    """An account in which one tick of one lot is one dollar and a deal of one lot costs 3.50."""
    return Broker(
        Instrument(
            symbol="EURUSD",
            digits=5,
            tick_size=Decimal("0.00001"),
            tick_value=Decimal(1),
            contract_size=Decimal(100_000),
            volume_min_lots=Decimal("0.01"),
            volume_max_lots=Decimal(5),
            volume_step_lots=Decimal("0.01"),
            stops_level_points=stops_level_points,
        ),
        currency="USD",
        balance=Decimal(balance),
        leverage=100,
        commission_per_lot=Decimal("3.5"),
    )


def opened(
    side: Side, *, stop_loss: str | None = None, take_profit: str | None = None, volume_lots: str = "1"
) -> Broker:
    """A broker with one position, opened at a bid of 1.10000 and an ask of 1.10010."""
    made = broker()
    made.open_market(bar("1.10000 1.10000 1.10000 1.10000"))
    outcome = made.open_position(
        magic=MAGIC,
        side=side,
        volume_lots=Decimal(volume_lots),
        stop_loss=decimal(stop_loss),
        take_profit=decimal(take_profit),
        comment="DS 7",
        at=MONDAY,
    )
    assert outcome.retcode == retcodes.DONE
    return made


def closing_deal(made: Broker, prices: str) -> Deal | None:
    """The deal that one bar makes of the position's stops, None if it touches neither."""
    deals = made.pass_bar(bar(prices))
    assert len(deals) <= 1
    return deals[0] if deals else None


def test_a_magic_names_its_directive_and_nothing_else_does() -> None:
    assert MAGIC == 0x44530000000007
    assert directive_no_of(MAGIC) == 7
    assert directive_no_of(7) is None
    assert directive_no_of(0x4454 << 40 | 7) is None


def test_a_buy_is_filled_at_the_ask_and_a_sell_at_the_bid() -> None:
    assert opened("buy").deals[0].price == Decimal("1.10010")
    assert opened("sell").deals[0].price == Decimal("1.10000")


def test_a_deal_costs_its_commission_by_the_lot() -> None:
    made = opened("buy", volume_lots="0.5")

    assert made.deals[0].commission == Decimal("-1.75")
    assert made.balance == Decimal("9998.25")


@pytest.mark.parametrize(
    ("prices", "price", "profit"),
    [
        # The low is at the stop to the point: closed there. 1.09800 - 1.10010 = -210 ticks.
        ("1.10000 1.10050 1.09800 1.10000", "1.09800", "-210"),
        # The bar opens 50 points below the stop: nobody buys at the stop any more.
        ("1.09750 1.09900 1.09700 1.09800", "1.09750", "-260"),
        # One point short of it: nothing happens.
        ("1.10000 1.10050 1.09801 1.10000", None, None),
    ],
)
def test_the_stop_loss_of_a_buy_is_hit_by_the_bid(prices: str, price: str | None, profit: str | None) -> None:
    deal = closing_deal(opened("buy", stop_loss="1.09800"), prices)

    assert (deal and deal.price, deal and deal.profit) == (decimal(price), decimal(profit))
    assert deal is None or deal.cause == "stop_loss"


@pytest.mark.parametrize(
    ("prices", "price", "profit"),
    [
        # The ask is 10 points above the bid: a high of 1.10190 is an ask of 1.10200. -200 ticks.
        ("1.10000 1.10190 1.09950 1.10000", "1.10200", "-200"),
        ("1.10250 1.10300 1.10100 1.10200", "1.10260", "-260"),
        ("1.10000 1.10189 1.09950 1.10000", None, None),
    ],
)
def test_the_stop_loss_of_a_sell_is_hit_by_the_ask(
    prices: str, price: str | None, profit: str | None
) -> None:
    deal = closing_deal(opened("sell", stop_loss="1.10200"), prices)

    assert (deal and deal.price, deal and deal.profit) == (decimal(price), decimal(profit))


@pytest.mark.parametrize(
    ("side", "target", "prices", "price", "profit"),
    [
        ("buy", "1.10300", "1.10000 1.10300 1.09900 1.10200", "1.10300", "290"),
        ("buy", "1.10300", "1.10000 1.10299 1.09900 1.10200", None, None),
        # It opens beyond the target: the better price of the open.
        ("buy", "1.10300", "1.10400 1.10500 1.10350 1.10400", "1.10400", "390"),
        # A sell is bought back at the ask: a low of 1.09690 is an ask of 1.09700.
        ("sell", "1.09700", "1.10000 1.10050 1.09690 1.09800", "1.09700", "300"),
        ("sell", "1.09700", "1.10000 1.10050 1.09691 1.09800", None, None),
        ("sell", "1.09700", "1.09600 1.09650 1.09500 1.09600", "1.09610", "390"),
    ],
)
def test_a_take_profit_closes_at_its_price_or_better(
    side: Side, target: str, prices: str, price: str | None, profit: str | None
) -> None:
    deal = closing_deal(opened(side, take_profit=target), prices)

    assert (deal and deal.price, deal and deal.profit) == (decimal(price), decimal(profit))
    assert deal is None or deal.cause == "take_profit"


@pytest.mark.parametrize(("side", "stop", "target"), [("buy", "1.098", "1.103"), ("sell", "1.103", "1.098")])
def test_a_bar_that_could_have_hit_both_has_hit_the_stop_loss(side: Side, stop: str, target: str) -> None:
    made = opened(side, stop_loss=stop, take_profit=target)

    deal = closing_deal(made, "1.10000 1.10400 1.09700 1.10000")

    assert deal is not None
    assert (deal.cause, deal.price) == ("stop_loss", Decimal(stop))


def test_a_bar_that_opens_beyond_the_target_has_hit_it_before_it_could_fall_to_the_stop() -> None:
    made = opened("buy", stop_loss="1.098", take_profit="1.103")

    deal = closing_deal(made, "1.10350 1.10400 1.09700 1.10000")

    assert deal is not None
    assert (deal.cause, deal.price) == ("take_profit", Decimal("1.10350"))


def test_a_stop_is_told_of_the_moment_it_is_known_to_have_been_hit() -> None:
    inside = closing_deal(opened("buy", stop_loss="1.098"), "1.1 1.1 1.097 1.1")
    gap = closing_deal(opened("buy", stop_loss="1.098"), "1.097 1.1 1.097 1.1")

    assert inside is not None
    assert gap is not None
    assert (inside.dealt_at, gap.dealt_at) == (MONDAY + HOUR, MONDAY)


def test_a_closed_position_is_gone_and_its_money_is_in_the_balance() -> None:
    made = opened("buy", take_profit="1.10300")
    made.pass_bar(bar("1.10000 1.10300 1.09900 1.10200"))

    assert not made.positions
    # 290 of profit, 3.50 at each end.
    assert made.balance == Decimal("10283.00")
    assert made.state().equity == made.balance
    assert made.state().margin == 0


def test_equity_and_margin_follow_the_price() -> None:
    made = opened("buy")
    made.pass_bar(bar("1.10000 1.10200 1.09900 1.10110"))
    state = made.state()

    # Bought at 1.10010, worth 1.10110 now; a lot at 1.10010 binds a hundredth of 110,010.
    assert (state.balance, state.equity) == (Decimal("9996.50"), Decimal("10096.50"))
    assert (state.margin, state.free_margin) == (Decimal("1100.10"), Decimal("8996.40"))


def test_a_position_is_closed_at_the_price_of_the_moment_in_parts_if_asked() -> None:
    made = opened("sell")
    made.open_market(bar("1.09900 1.09900 1.09900 1.09900", hours=1))
    (position_id,) = made.positions

    half = made.close_position(
        position_id, magic=magic_of(8), volume_lots=Decimal("0.5"), comment="", at=MONDAY + HOUR
    )
    rest = made.close_position(position_id, magic=magic_of(9), volume_lots=None, comment="", at=MONDAY + HOUR)
    again = made.close_position(
        position_id, magic=magic_of(10), volume_lots=None, comment="", at=MONDAY + HOUR
    )

    # Sold at 1.10000, bought back at the ask of 1.09910: 90 ticks on half a lot.
    assert half.deal is not None
    assert rest.deal is not None
    assert (half.deal.profit, rest.deal.profit) == (Decimal(45), Decimal(45))
    assert half.deal.position_magic == MAGIC
    assert again == retcodes.POSITION_CLOSED


def test_new_stops_replace_the_old_ones_and_none_leaves_one_alone() -> None:
    made = opened("buy", stop_loss="1.098", take_profit="1.103")
    (position,) = made.positions.values()

    outcome = made.modify_position(position.position_id, stop_loss=Decimal("1.099"), take_profit=None)

    assert outcome.retcode == retcodes.DONE
    assert (position.stop_loss, position.take_profit) == (Decimal("1.099"), Decimal("1.103"))
    refused = made.modify_position(position.position_id, stop_loss=Decimal("1.2"), take_profit=None)
    assert refused == retcodes.INVALID_STOPS


@pytest.mark.parametrize(
    ("side", "volume_lots", "stop_loss", "take_profit", "refused"),
    [
        ("buy", "0.005", None, None, retcodes.INVALID_VOLUME),
        ("buy", "0.015", None, None, retcodes.INVALID_VOLUME),
        ("buy", "6", None, None, retcodes.INVALID_VOLUME),
        ("buy", "1", "1.10000", None, retcodes.INVALID_STOPS),
        ("buy", "1", "1.09951", None, retcodes.INVALID_STOPS),
        ("buy", "1", None, "1.10049", retcodes.INVALID_STOPS),
        ("sell", "1", "1.10059", None, retcodes.INVALID_STOPS),
        ("sell", "1", None, "1.11", retcodes.INVALID_STOPS),
        ("buy", "2", None, None, retcodes.NO_MONEY),
    ],
)
def test_what_a_broker_refuses_it_refuses_with_its_code(
    side: Side, volume_lots: str, stop_loss: str | None, take_profit: str | None, refused: object
) -> None:
    made = broker(balance="2000", stops_level_points=50)
    made.open_market(bar("1.10000 1.10000 1.10000 1.10000"))

    outcome = made.open_position(
        magic=MAGIC,
        side=side,
        volume_lots=Decimal(volume_lots),
        stop_loss=decimal(stop_loss),
        take_profit=decimal(take_profit),
        comment="",
        at=MONDAY,
    )

    assert outcome == refused
    assert not made.orders


def test_while_the_market_is_closed_nobody_trades() -> None:
    made = opened("buy")
    made.close_market()
    (position_id,) = made.positions

    outcome = made.close_position(position_id, magic=MAGIC, volume_lots=None, comment="", at=MONDAY)

    assert outcome == retcodes.MARKET_CLOSED
    assert outcome.retcode in retcodes.WAIT


def test_the_same_calls_give_the_same_tickets_and_deals() -> None:
    def story() -> list[Deal]:
        made = opened("buy", stop_loss="1.09800", take_profit="1.10300")
        made.pass_bar(bar("1.10000 1.10400 1.09700 1.10000"))
        return made.deals

    assert story() == story()
