"""The charts of a report: equity, drawdown and price with its trades, over one axis of time."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from functions.contract.bar import Bar, closed_at
from scripts.tools.backtest.engine.curve_statistics import underwater
from scripts.tools.backtest.engine.positions import Trade
from scripts.tools.backtest.engine.result import AccountResult
from scripts.tools.backtest.findings import Findings

# Colours that those who cannot tell red from green can tell apart (Okabe and Ito, 2008).
GAIN, LOSS = "#0072B2", "#D55E00"
_ACCOUNTS = ("#1f2937", "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
_GRID, _INK = "#e5e7eb", "#374151"
# A browser draws each candle by itself; of more bars it gets a line.
MOST_CANDLES = 6_000

Trace = dict[str, Any]


def library() -> str:
    """The JavaScript that draws, to be put into the page."""
    from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]

    source: str = get_plotlyjs()
    return source


def figure_of(findings: Findings) -> str:
    """The figure as the JSON that Plotly.newPlot takes, checked by the library that draws it."""
    import plotly.graph_objects as graph  # type: ignore[import-untyped]

    traces = [*_curves(findings), *_price(findings.bars), *_trades(findings)]
    figure = graph.Figure(data=traces, layout=_layout(findings))
    # In a script element nothing may look like its end.
    return json.dumps(json.loads(figure.to_json()), separators=(",", ":")).replace("</", "<\\/")


def _curves(findings: Findings) -> Iterator[Trace]:
    """Equity and drawdown of each account; in percent, so that accounts of any size can be compared."""
    for account, colour in zip(findings.columns, _colours(), strict=False):
        curve, deposit = account.curve, account.deposit
        gained = [point.equity / deposit - 1 if deposit > 0 else Decimal(0) for point in curve]
        yield _line(account, gained, colour, "y") | {
            "customdata": [round(float(point.equity), 2) for point in curve],
            "hovertemplate": f"%{{y:+.2f}} %, %{{customdata:,.2f}} {account.currency}"
            f"<extra>{account.account_id}</extra>",
        }
        yield _line(account, underwater(curve, deposit), colour, "y2") | {
            "fill": "tozeroy",
            "fillcolor": f"{colour}22",
            "showlegend": False,
            "hovertemplate": f"%{{y:.2f}} %<extra>{account.account_id} below its peak</extra>",
        }


def _line(account: AccountResult, shares: Sequence[Decimal], colour: str, axis: str) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "name": account.account_id,
        "legendgroup": account.account_id,
        "x": [_time(point.at) for point in account.curve],
        "y": [round(100 * float(share), 3) for share in shares],
        "yaxis": axis,
        "line": {"color": colour, "width": 1.5},
    }


def _price(bars: Sequence[Bar]) -> list[Trace]:
    times = [_time(bar.opened_at) for bar in bars]
    name = f"{bars[0].symbol} {bars[0].timeframe}"
    if len(bars) > MOST_CANDLES:
        closes = {"x": [_time(closed_at(bar)) for bar in bars], "y": [float(bar.close) for bar in bars]}
        line = {"color": "#9ca3af", "width": 1}
        return [{"type": "scatter", "mode": "lines", "name": name, "yaxis": "y3", "line": line, **closes}]
    prices = {
        field: [float(getattr(bar, field)) for bar in bars] for field in ("open", "high", "low", "close")
    }
    grey = {"line": {"color": "#9ca3af", "width": 1}}
    return [
        {
            "type": "candlestick",
            "name": name,
            "x": times,
            "yaxis": "y3",
            "increasing": {**grey, "fillcolor": "#ffffff"},
            "decreasing": {**grey, "fillcolor": "#9ca3af"},
            **prices,
        }
    ]


def _trades(findings: Findings) -> Iterator[Trace]:
    """From open to close, what gained and what lost; of the first account, the others at a click."""
    for number, account in enumerate(findings.result.accounts):
        visible = True if number == 0 else "legendonly"
        for won, colour in ((True, GAIN), (False, LOSS)):
            trades = [trade for trade in account.trades if (trade.net_profit > 0) == won]
            if trades:
                name = f"{account.account_id} trades {'won' if won else 'lost'}"
                yield (
                    _segments(trades)
                    | {"name": name, "line": {"color": colour, "width": 1.3}}
                    | {
                        "marker": _markers(trades, colour),
                        "visible": visible,
                    }
                )


def _segments(trades: Sequence[Trade]) -> Trace:
    times: list[str | None] = []
    prices: list[float | None] = []
    told: list[str | None] = []
    for trade in trades:
        times += [_time(trade.opened_at), _time(trade.closed_at), None]
        prices += [float(trade.open_price), float(trade.close_price), None]
        what = f"{trade.strategy_id}: {trade.side} {trade.volume_lots} lots"
        told += [f"{what} at {trade.open_price}", f"{what}, {trade.reason}, {trade.net_profit:+,.2f}", None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": times,
        "y": prices,
        "text": told,
        "yaxis": "y3",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _markers(trades: Sequence[Trade], colour: str) -> Trace:
    symbols = [
        symbol
        for trade in trades
        for symbol in ("triangle-up" if trade.side == "buy" else "triangle-down", "circle-open", "circle")
    ]
    return {"symbol": symbols, "size": 5, "color": colour}


def _layout(findings: Findings) -> Trace:
    axis = {"gridcolor": _GRID, "zeroline": False, "automargin": True}
    return {
        "height": 980,
        "margin": {"l": 10, "r": 10, "t": 70, "b": 10},
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "font": {"family": "system-ui, sans-serif", "size": 12, "color": _INK},
        "hovermode": "x",
        "legend": {"orientation": "h", "y": 1.01, "yanchor": "bottom", "x": 0},
        "xaxis": {"gridcolor": _GRID, "anchor": "y3", "rangeslider": {"visible": False}, "type": "date"},
        "yaxis": {**axis, "domain": [0.68, 1], "title": {"text": "gain of equity, %"}},
        "yaxis2": {**axis, "domain": [0.5, 0.65], "title": {"text": "drawdown, %"}, "rangemode": "tozero"},
        "yaxis3": {**axis, "domain": [0, 0.47], "title": {"text": findings.bars[0].symbol}},
        "shapes": list(_steps(findings)),
    }


def _steps(findings: Findings) -> Iterator[Trace]:
    """Where a walk-forward began to test another choice."""
    for step in findings.steps:
        at = _time(step.tested_from)
        line = {"color": "#9ca3af", "width": 1, "dash": "dot"}
        yield {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0.5, "y1": 1, "line": line}


def _time(at: datetime) -> str:
    """Without a zone, so that no browser moves it to its own."""
    return at.strftime("%Y-%m-%dT%H:%M")


def _colours() -> Iterator[str]:
    while True:
        yield from _ACCOUNTS
