"""Finds out who sends a request: from the API key in its header to the role and account behind it."""

import hashlib
import hmac
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.contract.problems import Problem
from functions.ledger.caller import GATEKEEPER, Caller
from functions.ledger.client import Ledger, ledger

# Bounds memory, separately: a flood of made-up keys must not push out the keys in use.
MAX_KNOWN = 1024
MAX_UNKNOWN = 1024

_CREDENTIALS = re.compile(r"(?i:bearer) +ds_([a-z0-9]{12})_([A-Za-z0-9_-]{43})")
_NO_HASH = "0" * 64


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One API key as the ledger knows it; `secret_hash` is the hex SHA-256 of its secret."""

    secret_hash: str
    caller: Caller
    revoked: bool
    expires_at: datetime | None


class Authenticator:
    """Resolves API keys and remembers the answers for a few seconds. Safe between threads."""

    def __init__(self, source: Ledger, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.source = source
        self._seconds = source.settings.api_key_cache_seconds
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[float, KeyRecord | None]] = OrderedDict()
        self._unknown: OrderedDict[str, tuple[float, KeyRecord | None]] = OrderedDict()

    def authenticate(self, authorization: str | None, request_id: str) -> Caller:
        """The caller behind an Authorization header.

        Raises Problem: api_key_missing, api_key_invalid (garbled, unknown, or the wrong secret: not told
        apart), api_key_revoked (or expired), or what the ledger raises while the key is looked up.
        """
        if not authorization:
            raise Problem("api_key_missing", "The Authorization header carries no API key.")
        credentials = _CREDENTIALS.fullmatch(authorization.strip())
        if not credentials:
            raise _invalid()
        key_id, secret = credentials.groups()
        record = self._resolve(key_id, request_id)
        presented = hashlib.sha256(secret.encode("ascii")).hexdigest()
        # An unknown key is compared as well, so that the time taken does not tell which ids exist.
        matches = hmac.compare_digest(presented, record.secret_hash if record else _NO_HASH)
        if record is None or not matches:
            raise _invalid()
        # Only who knows the secret learns what became of the key.
        _refuse_spent(record)
        return record.caller

    def _resolve(self, key_id: str, request_id: str) -> KeyRecord | None:
        now = self._clock()
        with self._lock:
            for cache in (self._known, self._unknown):
                fresh_until, record = cache.get(key_id, (0.0, None))
                if now < fresh_until:
                    return record
        answer = self.source.call(
            "resolve_api_key", {"p_key_id": key_id}, caller=GATEKEEPER, request_id=request_id
        )
        record = _record(answer) if answer else None
        self._remember(key_id, record, now + self._seconds)
        return record

    def _remember(self, key_id: str, record: KeyRecord | None, fresh_until: float) -> None:
        cache, bound = (self._known, MAX_KNOWN) if record else (self._unknown, MAX_UNKNOWN)
        with self._lock:
            self._known.pop(key_id, None)
            self._unknown.pop(key_id, None)
            cache[key_id] = fresh_until, record
            if len(cache) > bound:
                cache.popitem(last=False)


_lock = threading.Lock()
_authenticator: Authenticator | None = None


def authenticator() -> Authenticator:
    """The process's authenticator, over the process's ledger as it is now."""
    global _authenticator
    source = ledger()
    with _lock:
        if _authenticator is None or _authenticator.source is not source:
            _authenticator = Authenticator(source)
        return _authenticator


def _record(answer: dict[str, Any]) -> KeyRecord:
    expires_at = answer["expires_at"]
    return KeyRecord(
        secret_hash=answer["secret_hash"],
        caller=Caller(role=answer["role"], subject=answer["key_id"], account_id=answer["account_id"]),
        revoked=answer["revoked"],
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
    )


def _refuse_spent(record: KeyRecord) -> None:
    if record.revoked:
        raise Problem("api_key_revoked", "This API key has been revoked.")
    if record.expires_at is not None and datetime.now(UTC) >= record.expires_at:
        raise Problem("api_key_revoked", "This API key has expired.")


def _invalid() -> Problem:
    return Problem("api_key_invalid", "The Authorization header carries no valid API key.")
