"""What a journal entry is about, in one line for people."""

from collections.abc import Callable, Mapping
from typing import Any

Payload = Mapping[str, Any]


def words(event: str, payload: Payload) -> str:
    """The line for an entry with this event and payload."""
    kind, _, what = event.partition(".")
    tell = _TELLERS.get(event) or _TELLERS.get(kind)
    return tell(payload) if tell else what


def _published(signal: Payload) -> str:
    side = f"{signal['side']} " if signal["side"] else ""
    price = f" at {signal['entry_price']}" if signal["entry_price"] is not None else ""
    return (
        f"{signal['strategy_id']}: {signal['action']} {side}{signal['symbol']}{price}{_stops(signal)},"
        f" strength {signal['strength']}"
    )


def _status(row: Payload) -> str:
    number = f"no. {row['directive_no']} is " if "directive_no" in row else ""
    return f"{number}{row['status']}"


def _decision(decision: Payload) -> str:
    numbers = decision["numbers"]
    if decision["outcome"] == "issued" and "volume_lots" in numbers and "risk_amount" in numbers:
        currency = numbers.get("currency", "")
        why = f"risks {numbers['risk_amount']} {currency}: {numbers['volume_lots']} lots"
    else:
        why = str(decision["reason"])
    again = ", when looked at again in the transaction" if decision["rechecked"] else ""
    return f"{decision['account_id']}: {why}{again}"


def _issued(directive: Payload) -> str:
    volume = f"{directive['volume_lots']} lots " if directive["volume_lots"] is not None else ""
    target = directive["target_directive_no"]
    position = f" the position of no. {target}" if target is not None else ""
    return (
        f"no. {directive['directive_no']} for {directive['account_id']}: {directive['action']}"
        f" {directive['side']}{position} {volume}at {directive['order_type']}{_stops(directive)}"
    )


def _granted(acknowledgement: Payload) -> str:
    taken = ", taken over" if acknowledgement["takeover"] else ""
    return f"no. {acknowledgement['directive_no']} to officer {acknowledgement['instance_id'][:8]}{taken}"


def _execution(event: Payload) -> str:
    unexpected = f" ({', '.join(event['anomalies'])})" if event["anomalies"] else ""
    if event["price"] is None:
        what = event["message"] or event["code"] or event["status"]
        return f"no. {event['directive_no']}: {what}{unexpected}"
    by = f" by {event['reason']}" if event["reason"] not in (None, "expert") else ""
    money = "".join(
        f", {name} {event[name]}" for name in ("profit", "commission", "swap") if event[name] is not None
    )
    deal = f", deal {event['deal_ticket']}" if event["deal_ticket"] is not None else ""
    return (
        f"no. {event['directive_no']}: {event['volume_lots']} lots at {event['price']}{by}{money}{deal}"
        f"{unexpected}"
    )


def _operator(action: Payload) -> str:
    return f"no. {action['directive_no']} by {action['decided_by']}: {action['reason']}"


def _unmatched(report: Payload) -> str:
    return f"{report['account_id']} reported {report['report'].get('kind')}: {report['reason']}"


def _discrepancy(found: Payload) -> str:
    return (
        f"no. {found['directive_no']}: {found['expected_volume_lots'] or 0} lots here,"
        f" {found['actual_volume_lots'] or 0} at the broker"
    )


def _stops(row: Payload) -> str:
    named = (("stop loss", row["stop_loss"]), ("take profit", row["take_profit"]))
    return "".join(f", {name} {price}" for name, price in named if price is not None)


_TELLERS: Mapping[str, Callable[[Payload], str]] = {
    "signal.published": _published,
    "signal": _status,
    "decision": _decision,
    "directive.issued": _issued,
    "directive": _status,
    "acknowledgement": _granted,
    "execution": _execution,
    "operator": _operator,
    "report": _unmatched,
    "discrepancy": _discrepancy,
}
