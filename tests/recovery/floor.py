"""A trading floor at full speed: nobody ever pauses, and what officers are told is kept."""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from functions.contract.scalars import timestamp_text
from functions.ledger.caller import Caller
from functions.ledger.client import Ledger
from functions.ledger.settings import Settings
from scripts.tools.operator.documents import Account, Strategy, Subscription
from scripts.tools.operator.ledger import Operator
from scripts.tools.stack import Stack
from scripts.tools.stack.functions import FunctionsService
from tests.support import documents

Document = dict[str, Any]

STRATEGIES = ("cross", "other")
SYMBOLS = ("EURUSD", "GBPUSD")
PATIENCE_SECONDS = 40.0
_ROOMY: Mapping[str, Any] = {
    "max_open_positions_account": 10_000,
    "max_open_positions_symbol": 10_000,
    "max_in_flight": 1_000,
    "max_state_age_seconds": 86_400,
    "volume_max_lots": "10",
}


@dataclass(frozen=True)
class Told:
    """What one answer said of one directive: `offered` by a poll; `granted`, or why not, by an ack.

    sent, answered: when the call was, monotonic seconds.
    """

    what: str
    account_id: str
    symbol: str
    strategy_id: str
    action: str
    directive_no: int
    sent: float
    answered: float

    def of(self, scope: str, value: str | None) -> bool:
        """Whether a halt of that scope and value is about it."""
        return scope == "global" or value == getattr(self, "symbol" if scope == "symbol" else f"{scope}_id")


@dataclass(frozen=True)
class Line:
    """One party's connection to the functions."""

    url: str
    key: str
    session: requests.Session

    def call(self, path: str, body: object) -> Document:
        """Send a request; the answer. What is not answered with 200 fails the test."""
        headers = {"Authorization": f"Bearer {self.key}", "X-Contract-Version": "1"}
        reply = self.session.post(f"{self.url}{path}", json=body, headers=headers, timeout=30)
        assert reply.status_code == 200, f"{path}: {reply.status_code} {reply.text}"
        document: Document = reply.json()
        return document


class Officer:
    """Polls, acknowledges, fills and reports as fast as it is answered; its broker never refuses.

    told: everything it was told. polled: when its polls were sent. held: the open positions, by the number of
    the directive that opened them, with their volumes. closed: the closes that were carried out, by target.
    eager: asks for all that it was offered, so that whenever a halt comes there is something to ask for.
    """

    def __init__(self, account_id: str, line: Line) -> None:
        self.account_id = account_id
        self.told: list[Told] = []
        self.polled: list[float] = []
        self.held: dict[int, str] = {}
        self.closed: list[int] = []
        self.eager = False
        self._line = line
        self._instance_id = str(uuid.uuid4())
        self._waiting: dict[str, Document] = {}

    def sync(self) -> None:
        """Show an account on which nothing is open yet."""
        instruments = [documents.instrument(symbol, tick_value="1") for symbol in SYMBOLS]
        self._line.call("/sync", documents.sync_request(self._instance_id, instruments=instruments))

    def turn(self) -> None:
        """Once around: of each strategy and symbol the newest open stays in hand until `eager`."""
        sent = time.monotonic()
        self.polled.append(sent)
        request = {"instance_id": self._instance_id, "max_directives": 100, "unresolved": []}
        for directive in self._line.call("/poll", request)["directives"]:
            self._note("offered", directive, sent)
            self._waiting.setdefault(directive["directive_id"], directive)
        asked = sorted(self._waiting.values(), key=lambda each: each["directive_no"])
        in_hand = {} if self.eager else {_pair(each): each for each in asked if each["action"] == "open"}
        asked = [each for each in asked if each not in in_hand.values()]
        if asked:
            self._acknowledge([each["directive_id"] for each in asked[:100]])

    def _acknowledge(self, directive_ids: Sequence[str]) -> None:
        sent = time.monotonic()
        request = {"instance_id": self._instance_id, "directive_ids": directive_ids}
        events = []
        for result in self._line.call("/ack", request)["results"]:
            directive = self._waiting[result["directive_id"]]
            self._note(result["code"] or "granted", directive, sent)
            if result["code"] != "trading_halted":
                del self._waiting[result["directive_id"]]
            if result["outcome"] == "granted":
                events.append(self._carry_out(directive))
        if events:
            answer = self._line.call("/report", {"instance_id": self._instance_id, "events": events})
            assert {each["outcome"] for each in answer["results"]} == {"recorded"}, answer

    def _carry_out(self, directive: Document) -> Document:
        """What the broker did; a close of what is not there any more fails the test."""
        if directive["action"] == "open":
            self.held[directive["directive_no"]] = directive["volume_lots"]
            return _event(directive, "order_filled", directive["directive_no"], directive["volume_lots"])
        target = directive["target_directive_no"]
        self.closed.append(target)
        return _event(directive, "position_closed", target, self.held.pop(target))

    def _note(self, what: str, directive: Document, sent: float) -> None:
        named = {name: directive[name] for name in ("symbol", "strategy_id", "action", "directive_no")}
        told = Told(what=what, account_id=self.account_id, sent=sent, answered=time.monotonic(), **named)
        self.told.append(told)


def _pair(directive: Document) -> tuple[str, str]:
    return directive["strategy_id"], directive["symbol"]


def _event(directive: Document, kind: str, position_id: int, volume_lots: str) -> Document:
    at = timestamp_text(datetime.now(UTC))
    ticket = str(directive["directive_no"])
    return {
        "event_id": str(uuid.uuid4()), "directive_id": directive["directive_id"], "kind": kind,
        "status": "success", "order_ticket": ticket, "deal_ticket": ticket, "position_id": str(position_id),
        "price": "1.1", "volume_lots": volume_lots, "commission": "0", "swap": "0", "profit": "0",
        "reason": "expert", "retcode": 10009, "code": None, "message": None, "occurred_at": at,
        "references_event_id": None,
    }  # fmt: skip


class Floor:
    """Everybody who takes part, and the ledger they meet at."""

    def __init__(
        self, environment: Mapping[str, str], functions_url: str, database_url: str, *, officers: int
    ) -> None:
        self.environment = environment
        self.operator = Operator(environment)
        self.over = threading.Event()
        self._url = functions_url
        self._database_url = database_url
        self._ledger = Ledger(Settings.from_environment(environment))
        self._cycle = 0
        self._failed: list[BaseException] = []
        self._set_the_stage([f"desk-{number}" for number in range(1, officers + 1)])

    def rows(self, query: str, **parameters: object) -> list[Document]:
        """The rows of a query, as the owner of the database."""
        with psycopg.connect(self._database_url, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), parameters).fetchall()

    def told(self) -> list[Told]:
        """All that officers were told so far."""
        return [told for officer in self.officers for told in tuple(officer.told)]

    def await_that(self, condition: Callable[[], object], what: str) -> None:
        """Return when it is so; fails when somebody has failed, or it does not come."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert not self._failed, repr(self._failed[0])
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            time.sleep(0.03)

    def await_granted(self, number: int, since: float, *, action: str, of: Callable[[Told], bool]) -> None:
        """Return when so many such directives were granted to acks sent since then."""

        def granted() -> bool:
            asked = (one for one in self.told() if one.sent > since and one.what == "granted")
            return sum(one.action == action and of(one) for one in asked) >= number

        self.await_that(granted, f"{number} times a {action} to be granted")

    def hurry(self, eager: bool = True) -> None:
        """Have every officer ask for all that it was offered, or hold some of it back again."""
        for officer in self.officers:
            officer.eager = eager

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Within, nobody ever pauses."""
        turns = [officer.turn for officer in self.officers] + [self._publish_and_decide]
        with ThreadPoolExecutor(len(turns)) as pool:
            for turn in turns:
                pool.submit(self._keep, turn)
            try:
                yield
            finally:
                self.over.set()

    def _keep(self, turn: Callable[[], None]) -> None:
        try:
            while not self.over.is_set():
                turn()
        except BaseException as error:  # told to whoever waits
            self._failed.append(error)
            raise

    def _publish_and_decide(self) -> None:
        """A signal to open for every strategy and symbol, and one to close for one of them in turn."""
        pairs = [(strategy_id, symbol) for strategy_id in STRATEGIES for symbol in SYMBOLS]
        self._cycle += 1
        signals = [_signal(*pair, "open") for pair in pairs]
        signals.append(_signal(*pairs[self._cycle % len(pairs)], "close"))
        caller = Caller("generator", "floor")
        self._ledger.call("publish_signals", {"p_signals": signals}, caller=caller, request_id="floor")
        self._director.call("/director", {"max_signals": 100})

    def _set_the_stage(self, account_ids: Sequence[str]) -> None:
        parameters = documents.strategy()["parameters"]
        for strategy_id in STRATEGIES:
            strategy = {
                "strategy_id": strategy_id,
                "kind": "ema_cross",
                "symbols": SYMBOLS,
                "timeframe": "H1",
            }
            self.operator.save_strategy(Strategy.model_validate(strategy | {"parameters": parameters}))
        self.officers = []
        for number, account_id in enumerate(account_ids, start=1):
            identity = {"account_id": account_id, "login": number, "server": "Floor", "currency": "EUR"}
            self.operator.open_account(Account.model_validate(identity | dict(_ROOMY)))
            for strategy_id in STRATEGIES:
                self.operator.subscribe(Subscription(account_id=account_id, strategy_id=strategy_id))
            key = self.operator.issue_key("officer", account_id=account_id, label="floor").api_key
            self.officers.append(Officer(account_id, self._line(key)))
            self.officers[-1].sync()
        self._director = self._line(self.operator.issue_key("director", label="floor").api_key)

    def _line(self, key: str) -> Line:
        session = requests.Session()
        session.trust_env = False
        return Line(self._url, key, session)


def _signal(strategy_id: str, symbol: str, action: str) -> Document:
    now = datetime.now(UTC)
    opens = action == "open"
    return documents.signal(
        str(uuid.uuid4()),
        created_at=now,
        strategy_id=strategy_id,
        symbol=symbol,
        action=action,
        side="buy" if opens else None,
        entry_price="1.1" if opens else None,
        stop_loss="1.09" if opens else None,
        take_profit=None,
        expires_at=timestamp_text(now + timedelta(hours=1)),
    )


@contextmanager
def floor(stack: Stack, name: str, folder: Path, *, officers: int) -> Iterator[Floor]:
    """A floor at work, on the real functions, PostgREST and database."""
    with ExitStack() as opened:
        url = stack.clone_database(name)
        opened.callback(stack.drop_database, name)
        rest = stack.start_postgrest(name)
        opened.callback(rest.stop)
        environment = {**stack.environment(rest), "LOG_LEVEL": "WARNING"}
        functions = FunctionsService(folder / "functions.log", environment, port=None, workers=2)
        functions.start()
        opened.callback(functions.stop)
        made = Floor(environment, functions.url, url, officers=officers)
        opened.callback(made.operator.close)
        with made.busy():
            yield made
