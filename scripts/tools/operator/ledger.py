"""The ledger's doors for people: calls in the role of an operator or archivist."""

import getpass
import hashlib
import os
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError

from functions.contract.bar import Bar
from functions.contract.problems import Problem
from functions.contract.scalars import timestamp_text
from functions.ledger.caller import Caller
from functions.ledger.client import Ledger
from functions.ledger.settings import Settings
from scripts.tools.operator.documents import Account, CorrelationGroup, NewsWindow, Strategy, Subscription
from scripts.tools.stack import StackError
from scripts.tools.stack.state import Home

# What premake_partitions makes in one call, and so within one transaction's time.
MONTHS_PER_CALL = 12
KEY_ID_LENGTH = 12
SECRET_BYTES = 32

KeyRole = Literal["generator", "director", "officer", "feed", "archivist", "monitor"]
Answer = dict[str, Any]


class OperatorError(StackError):
    """The ledger refused, or cannot be called; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just issued. `api_key` is shown once: the ledger keeps only a hash of its secret."""

    key_id: str
    api_key: str


class Operator:
    """Speaks to one ledger as its operator.

    environment: as the functions read it: SUPABASE_URL, SUPABASE_JWT_SECRET and the others.
    at: the simulated moment of every call; None for the present.
    Every method raises OperatorError when the ledger refuses or cannot be reached.
    """

    def __init__(self, environment: Mapping[str, str], *, at: datetime | None = None) -> None:
        try:
            self._ledger = Ledger(Settings.from_environment(environment))
        except ValidationError as error:
            wrong = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
            raise OperatorError(
                f"the environment does not say which ledger to use ({wrong}): set SUPABASE_URL,"
                " SUPABASE_PUBLISHABLE_KEY and SUPABASE_JWT_SECRET, or name a running stack with --stack"
            ) from None
        self._at = at

    def open_account(self, account: Account) -> Answer:
        """Open an account with its limits; the same again is answered the same."""
        return self._call("open_account", p_account=account.as_json())

    def change_account(self, account_id: str, changes: Mapping[str, Any]) -> Answer:
        """Change limits of an account; the answer says whether anything was different."""
        return self._call("change_account", p_account_id=account_id, p_changes=dict(changes))

    def save_strategy(self, strategy: Strategy) -> Answer:
        """Add a strategy, or change its parameters."""
        return self._call("save_strategy", p_strategy=strategy.as_json())

    def subscribe(self, subscription: Subscription) -> Answer:
        """Let an account follow a strategy, or change how."""
        return self._call("subscribe", p_subscription=subscription.as_json())

    def save_correlation_group(self, group: CorrelationGroup) -> Answer:
        """Add a group of correlated symbols, or change which they are."""
        return self._call("save_correlation_group", p_group=group.as_json())

    def save_news_window(self, window: NewsWindow) -> Answer:
        """Add a time in which nothing is opened in a currency, or call it off."""
        return self._call("save_news_window", p_window=window.as_json())

    def issue_key(
        self,
        role: KeyRole,
        *,
        account_id: str | None = None,
        label: str,
        expires_at: datetime | None = None,
    ) -> NewKey:
        """Make an API key; only the hash of its secret leaves this process."""
        key_id = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(KEY_ID_LENGTH))
        secret = secrets.token_urlsafe(SECRET_BYTES)
        document = {
            "key_id": key_id,
            "secret_hash": hashlib.sha256(secret.encode("ascii")).hexdigest(),
            "role": role,
            "account_id": account_id,
            "label": label,
            "expires_at": timestamp_text(expires_at) if expires_at else None,
        }
        self._call("issue_api_key", p_key=document)
        return NewKey(key_id, f"ds_{key_id}_{secret}")

    def revoke_key(self, key_id: str) -> Answer:
        """End a key; the functions forget it within their cache time."""
        return self._call("revoke_api_key", p_key_id=key_id)

    def halt(self, scope: str, value: str | None, reason: str) -> Answer:
        """Stop opens; closes go on."""
        return self._call("halt_trading", p_halt={"scope": scope, "value": value, "reason": reason})

    def halt_and_close(self, scope: str, value: str | None, reason: str) -> Answer:
        """Stop opens, and issue a close for every position in scope, a batch of accounts at a time.

        `positions_left` counts what has to be waited for (an open on its way to the broker); the director's
        next runs close it.
        """
        halt = {"scope": scope, "value": value, "reason": reason, "mode": "close_all"}
        answer = self._call("halt_trading", p_halt=halt)
        accounts = 0
        while True:
            closed = self._call("close_halted", p_halt_no=answer["halt_no"])
            accounts += closed["accounts_decided"]
            if not closed["accounts_decided"]:
                return answer | {"accounts_closing": accounts, "positions_left": closed["positions_left"]}

    def resume(self, scope: str, value: str | None, reason: str) -> Answer:
        """Take a halt of the same scope and value back."""
        return self._call("resume_trading", p_halt={"scope": scope, "value": value, "reason": reason})

    def cancel_directive(self, directive_id: UUID, reason: str) -> Answer:
        """Withdraw a directive that no officer has taken."""
        return self._call("cancel_directive", p_directive_id=str(directive_id), p_reason=reason)

    def resolve_directive(self, directive_id: UUID, status: str, reason: str) -> Answer:
        """Settle a directive that an officer took and never reported on: completed, failed or cancelled."""
        arguments = {"p_directive_id": str(directive_id), "p_status": status, "p_reason": reason}
        return self._call("resolve_directive", **arguments)

    def dismiss_finding(self, kind: str, subject: str, reason: str) -> Answer:
        """Say that an odd report has been looked into: doctor no longer lists it."""
        return self._call("dismiss_finding", p_kind=kind, p_subject=subject, p_reason=reason)

    def doctor(self) -> Answer:
        """Everything that is stuck, with what to do about it."""
        return self._call("doctor")

    def make_partitions(self, first: datetime, months: int) -> Answer:
        """Make the partitions of that many months from that of `first` on, as archivist."""
        made = 0
        while months > 0:
            step = min(months, MONTHS_PER_CALL)
            arguments = {"p_from": timestamp_text(first), "p_months": step}
            made += self._run("archivist", "premake_partitions", arguments)["made"]
            first, months = _months_later(first, step), months - step
        return {"made": made}

    def make_checkpoint(self) -> Answer:
        """Have all complete journal rows covered, as archivist; answers the last checkpoint made or there."""
        at = {"p_at": timestamp_text(self._at)} if self._at else {}
        added = 0
        while True:
            answer = self._run("archivist", "make_checkpoint", at)
            added += answer["leaves_added"]
            if not answer["remaining"]:
                return answer | {"made": added > 0, "leaves_added": added}

    def inclusion_proof(self, journal_id: int, checkpoint_no: int | None) -> Answer:
        """The proof that a checkpoint, the last unless one is named, covers a journal row."""
        arguments = {"p_journal_id": journal_id, "p_checkpoint_no": checkpoint_no}
        return self._run("operator", "inclusion_proof", arguments)

    def consistency_proof(self, first: int, second: int | None) -> Answer:
        """The proof that a checkpoint, the last unless one is named, covers all that an earlier one did."""
        return self._run("operator", "consistency_proof", {"p_from": first, "p_to": second})

    def wanted_bars(self) -> Answer:
        """Which bars of the feed the enabled strategies read, and the newest stored of each."""
        return self._call("wanted_bars", p_source="feed")

    def store_bars(self, bars: Sequence[Bar], account_id: str | None = None) -> Answer:
        """Store closed bars, at most 500, as the feed, everybody's; or as one account's officer."""
        at = {"p_at": timestamp_text(self._at)} if self._at else {}
        arguments = {"p_bars": [bar.model_dump(mode="json") for bar in bars]} | at
        return self._run("officer" if account_id else "feed", "store_bars", arguments, account_id)

    def close(self) -> None:
        """Let the connections go."""
        self._ledger.close()

    def _call(self, function: str, **arguments: Any) -> Answer:
        at = {"p_at": timestamp_text(self._at)} if self._at else {}
        return self._run("operator", function, arguments | at)

    def _run(
        self, role: str, function: str, arguments: Mapping[str, Any], account_id: str | None = None
    ) -> Answer:
        try:
            answer = self._ledger.call(
                function,
                arguments,
                caller=Caller(role, _user(), account_id),
                request_id=secrets.token_hex(16),
            )
        except Problem as problem:
            raise OperatorError(f"{problem.code}: {problem.detail} {problem.hint}".rstrip()) from None
        return answer or {}


def environment_of(stack: str | None) -> Mapping[str, str]:
    """The environment of a running stack by its name, or this process's own. Raises OperatorError."""
    if stack is None:
        return os.environ
    state = Home(stack).load()
    if state is None or not state.environment:
        raise OperatorError(f"stack {stack} has never been up; run `scripts/distort stack up --name {stack}`")
    return state.environment


def _user() -> str:
    """Who is at the keyboard, for the journal."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return f"user {os.getuid()}"


def _months_later(moment: datetime, months: int) -> datetime:
    first = moment.replace(day=1)
    for _ in range(months):
        first = (first + timedelta(days=32)).replace(day=1)
    return first
