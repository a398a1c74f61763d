"""The one client of the ledger: every database call of every function goes through `Ledger.call`."""

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx

from functions.ledger import refusals
from functions.ledger.caller import Caller
from functions.ledger.settings import Settings
from functions.ledger.tokens import RoleTokens

if TYPE_CHECKING:
    from postgrest import SyncPostgrestClient

logger = logging.getLogger(__name__)

# Connecting is quick or hopeless. A call is given longer than the roles' transaction timeout of 10 s, so that
# the database, which knows what it did, is the one to give up.
_TIMEOUT = httpx.Timeout(12.0, connect=2.0)
# PostgREST closes a connection after 30 s without use; ours must be the first to let go.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=20.0)


class Ledger:
    """A connection pool to one Supabase project. Safe between threads; build one and keep it."""

    def __init__(self, settings: Settings, *, transport: httpx.BaseTransport | None = None) -> None:
        """`transport` replaces the network, for tests of failures no real server produces on demand."""
        self.settings = settings
        self._tokens = RoleTokens(settings.jwt_secret.get_secret_value())
        self._http = httpx.Client(
            # Retried is only the connecting, when nothing was sent yet; HTTP/2 shared by threads breaks.
            transport=transport or httpx.HTTPTransport(retries=1, http2=False, limits=_LIMITS),
            timeout=_TIMEOUT,
        )
        self._api = _api_client(settings, self._http)

    def call(
        self, function: str, arguments: Mapping[str, Any], *, caller: Caller, request_id: str
    ) -> dict[str, Any] | None:
        """Run `api.<function>` as `caller` in one transaction and return the object, or null, it returns.

        arguments: by parameter name, made of what JSON knows (numbers that matter go as strings).
        request_id: recorded in the journal with every change the call makes.
        Raises Problem: the ledger's own refusal, ledger_unavailable, permission_denied or internal_error.
        """
        from postgrest.exceptions import APIError

        call = self._api.rpc(function, dict(arguments))
        # These headers are the call's own copy. Those of the client are shared between threads: a token
        # set there would let one account's request run as another's.
        call.request.headers["Authorization"] = f"Bearer {self._tokens.token_for(caller)}"
        call.request.headers["X-Request-Id"] = request_id
        try:
            return _document(call.execute().data, function)
        except APIError as error:
            raise refusals.problem_from_api_error(error, function) from error
        except httpx.HTTPError as error:
            raise refusals.problem_from_transport_error(error, function) from error

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


def _document(data: object, function: str) -> dict[str, Any] | None:
    if data is None or isinstance(data, dict):
        return data
    # Every api function returns a jsonb object: this came from something else, a proxy's page for example.
    logger.error("api.%s was answered by something that is not the ledger", function)
    raise refusals.unavailable()


_lock = threading.Lock()
_ledger: Ledger | None = None


def ledger() -> Ledger:
    """The process's ledger, built from the environment by the first caller."""
    global _ledger
    found = _ledger
    if found is not None:
        return found
    with _lock:  # two first requests would otherwise build two pools and leak one
        if _ledger is None:
            settings = Settings.from_environment()
            logging.getLogger("functions").setLevel(settings.log_level)
            _ledger = Ledger(settings)
        return _ledger


def reset() -> None:
    """Forget the process's ledger; the next call builds one from the environment as it is then."""
    global _ledger
    with _lock:
        if _ledger is not None:
            _ledger.close()
        _ledger = None


def _api_client(settings: Settings, http: httpx.Client) -> "SyncPostgrestClient":
    # Importing supabase takes most of a second: pay at the first use, not in every tool that imports us.
    from supabase import create_client
    from supabase.lib.client_options import SyncClientOptions
    from yarl import URL

    options = SyncClientOptions(
        schema="api",
        httpx_client=http,
        auto_refresh_token=False,
        persist_session=False,
        postgrest_client_retry=False,  # it would sleep up to 7 s inside a request
    )
    client = create_client(settings.url, settings.publishable_key.get_secret_value(), options)
    client.rest_url = URL(settings.rest_url)
    return client.postgrest  # built lazily and without a lock: built here, once, before any thread can race
