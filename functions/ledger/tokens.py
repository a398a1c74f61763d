"""Short-lived tokens with which the functions become a Postgres role for one call."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import jwt

from functions.ledger.caller import Caller

LIFETIME_SECONDS = 300
# A token handed out now may wait for a connection and cross clocks that differ: never hand out an old one.
MARGIN_SECONDS = 60
# Bounds memory when many keys call; far above the officers one instance serves at a time.
MAX_TOKENS = 1024


class RoleTokens:
    """Signs role tokens and keeps each until shortly before it expires. Safe between threads."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens: OrderedDict[Caller, tuple[float, str]] = OrderedDict()

    def token_for(self, caller: Caller) -> str:
        """A token for `caller` that is good for at least another MARGIN_SECONDS."""
        now = self._clock()
        with self._lock:
            fresh_until, token = self._tokens.get(caller, (0.0, ""))
            if now >= fresh_until:
                fresh_until, token = self._sign(caller, now)
                self._tokens[caller] = fresh_until, token
            self._tokens.move_to_end(caller)
            if len(self._tokens) > MAX_TOKENS:
                self._tokens.popitem(last=False)
        return token

    def _sign(self, caller: Caller, now: float) -> tuple[float, str]:
        issued_at = int(now)
        expires_at = issued_at + LIFETIME_SECONDS
        claims: dict[str, object] = {
            "role": caller.role,
            "sub": caller.subject,
            "iat": issued_at,
            "exp": expires_at,
        }
        if caller.account_id is not None:
            claims["account_id"] = caller.account_id
        return expires_at - MARGIN_SECONDS, jwt.encode(claims, self._secret, algorithm="HS256")
