"""Two ledgers that are told the same: the real functions with a database, and the simulator's in memory."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from functions.contract.scalars import parse_timestamp, timestamp_text
from mql5.simulator.protocol_server import ProtocolServer
from tests.support import documents
from tests.support.project import Project

Document = dict[str, Any]

# The symbols of the stories in mql5/simulator/terminal/scenario/stories.cpp.
SYMBOLS = ["EURUSD", "GER40", "USDMOON", "XAUUSD"]
STRATEGY = "sweep-h1"
TAKEOVER_SECONDS = 20
# A problem's words are its own; what a program reads of it is the same.
WORDS_OF_PROBLEMS = ("detail", "hint", "request_id", "errors")


class Twins:
    """Sends everything to both, and holds their answers against each other."""

    def __init__(self, project: Project, server: ProtocolServer, start: datetime, **limits: Any) -> None:
        self.project = project
        self.server = server
        self.keys: dict[str, str] = {}
        project.save_strategy(STRATEGY, at=start, symbols=SYMBOLS)
        for account_id in ("demo-1", "demo-2"):
            project.open_account(account_id, at=start, **limits)
            project.subscribe(account_id, STRATEGY, at=start)
            key = project.issue_key("officer", account_id)
            self.keys[account_id] = key
            server.open_account(documents.account(account_id, **limits), key)
        self._signals = 0

    def issue(self, proposal: Document, *, at: datetime, account_id: str = "demo-1") -> Document:
        """Issue a directive to both; answers it as the real ledger made it.

        proposal: a directive; of signal_id, directive_id and directive_no the ledger decides itself.
        """
        signal_id = self._publish(proposal, at)
        decision = {
            "account_id": account_id,
            "outcome": "issued",
            "reason": "issued",
            "numbers": {},
            "directives": [_proposed(proposal)],
        }
        answer = self.project.call(
            "director", "decide_signal", at=at, p_signal_id=signal_id, p_decisions=[decision]
        )
        assert answer["issued"] == 1, answer
        rows = self.project.rows(
            "select ledger.directive_document(d) as document"
            " from ledger.trade_directives d where signal_id = %s",
            signal_id,
        )
        made: Document = rows[0]["document"]
        self.server.issue(made)
        return made

    def save_strategy(self, strategy_id: str, at: datetime, **changes: Any) -> None:
        """Save a strategy in both."""
        document = documents.strategy(strategy_id, **changes)
        self.project.call("operator", "save_strategy", at=at, p_strategy=document)
        self.server.save_strategy(document)

    def halt(self, scope: str, value: str | None, at: datetime) -> None:
        """Halt opens in both."""
        self._operate("halt_trading", scope, value, at)
        self.server.halt(scope, value)

    def resume(self, scope: str, value: str | None, at: datetime) -> None:
        """Resume opens in both."""
        self._operate("resume_trading", scope, value, at)
        self.server.resume(scope, value)

    def send(
        self,
        path: str,
        body: Document | str,
        *,
        at: datetime,
        account_id: str = "demo-1",
        headers: Mapping[str, str | None] | None = None,
    ) -> Document:
        """Send a request to both; answers what both have answered, and fails where they differ."""
        text = body if isinstance(body, str) else json.dumps(body)
        key = self.keys[account_id]
        real = self.project.send(path, text.encode(), key=key, at=at, headers=headers)
        given = {
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "X-Contract-Version": "1",
        }
        kept = {name: value for name, value in (given | dict(headers or {})).items() if value is not None}
        simulated = self.server.send(path, text, headers=kept, at=timestamp_text(at))
        assert (simulated.status, _essence(simulated.document)) == (real.status, _essence(real.document)), (
            path
        )
        for header in ("Content-Type", "X-Contract-Version", "X-Problem-Code", "Cache-Control"):
            assert simulated.headers.get(header) == real.headers.get(header), header
        document: Document = real.document
        return document

    def _publish(self, proposal: Document, at: datetime) -> str:
        self._signals += 1
        signal_id = str(uuid5(NAMESPACE_URL, f"signal {self._signals}"))
        signal = documents.signal(
            signal_id,
            strategy_id=STRATEGY,
            symbol=proposal["symbol"],
            created_at=parse_timestamp(proposal.get("created_at") or timestamp_text(at)),
            action=proposal["action"],
            side=proposal["side"],
        )
        answer = self.project.call("generator", "publish_signals", at=at, p_signals=[signal])
        assert answer["signals"][0]["outcome"] == "published", answer
        return signal_id

    def _operate(self, function: str, scope: str, value: str | None, at: datetime) -> None:
        document = {"scope": scope, "value": value, "reason": "a test says so"}
        self.project.call("operator", function, at=at, p_halt=document)


def _proposed(proposal: Document) -> Document:
    keys = (
        "action side order_type volume_lots price stop_loss take_profit"
        " max_slippage_points target_directive_no priority expires_at"
    )
    return {key: proposal[key] for key in keys.split()}


def _essence(document: Any) -> Any:
    """An answer as it is; of a problem, what programs read."""
    if isinstance(document, dict) and "type" in document and "detail" in document:
        return {key: value for key, value in document.items() if key not in WORDS_OF_PROBLEMS}
    return document
