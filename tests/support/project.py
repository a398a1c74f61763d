"""A project of a test's own: a database, a PostgREST over it, and the functions pointed at both."""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from functions.contract.scalars import timestamp_text
from functions.ledger.caller import Caller
from functions.ledger.client import ledger, reset
from scripts.tools.stack import RestService, Stack
from tests.support import clock, documents
from tests.support.http import Reply, send

NO_PROVIDER = {
    "DISTORT_FEED_PROVIDER": "twelve_data",
    "DISTORT_FEED_TWELVE_DATA_API_KEY": "not a key",
    "DISTORT_FEED_URL": "http://127.0.0.1:9",
    "DISTORT_FEED_BUDGET_SECONDS": "1",
}
"""A provider at a port where nothing answers: no test asks a real one."""

MakeProject = Callable[..., AbstractContextManager["Project"]]
"""What the fixture `make_project` gives: called with simulated_time and settings, it runs a project."""


class Project:
    """Speaks to one ledger as every party does: over HTTP, as a role, or as the owner of the database."""

    def __init__(
        self, stack: Stack, database: str, rest: RestService, settings: Mapping[str, str] | None = None
    ) -> None:
        self.stack = stack
        self.database = database
        self.rest = rest
        self.settings = settings or {}
        self.url = stack.postgres.url("postgres", database)
        self.admin_url = stack.postgres.url("supabase_admin", database)

    def environment(self) -> dict[str, str]:
        """What functions in another process need to be pointed at this project."""
        # Keys are looked up anew each time unless a test is about the cache.
        return {
            **self.stack.environment(self.rest),
            "API_KEY_CACHE_SECONDS": "0",
            **NO_PROVIDER,
            **self.settings,
        }

    # --- as a caller ----------------------------------------------------------------------------

    def send(
        self,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        at: datetime | None = None,
        headers: Mapping[str, str | None] | None = None,
        method: str = "POST",
    ) -> Reply:
        """Send one HTTP request to a function; see tests.support.http.send."""
        return send(path, body, key=key, at=at, headers=headers, method=method)

    def call(
        self,
        role: str,
        function: str,
        *,
        account_id: str | None = None,
        at: datetime | None = None,
        **arguments: Any,
    ) -> dict[str, Any]:
        """Run `api.<function>` as a role, through PostgREST with a role token. Raises Problem."""
        if at is not None:
            arguments["p_at"] = timestamp_text(at)
        caller = Caller(role, f"test-{role}", account_id)
        answer = ledger().call(function, arguments, caller=caller, request_id="test-request")
        return answer or {}

    # --- as the operator ------------------------------------------------------------------------

    def open_account(self, account_id: str = "demo-1", *, at: datetime | None = None, **changes: Any) -> str:
        """Open an account, and return its id."""
        document = documents.account(account_id, **changes)
        self.call("operator", "open_account", at=at, p_account=document)
        return account_id

    def save_strategy(
        self, strategy_id: str = "cross-h1", *, at: datetime | None = None, **changes: Any
    ) -> str:
        """Save a strategy, and return its id."""
        document = documents.strategy(strategy_id, **changes)
        self.call("operator", "save_strategy", at=at, p_strategy=document)
        return strategy_id

    def subscribe(
        self,
        account_id: str = "demo-1",
        strategy_id: str = "cross-h1",
        *,
        at: datetime | None = None,
        **changes: Any,
    ) -> None:
        """Let an account follow a strategy."""
        document = documents.subscription(account_id, strategy_id, **changes)
        self.call("operator", "subscribe", at=at, p_subscription=document)

    def issue_key(self, role: str, account_id: str | None = None, **changes: Any) -> str:
        """Issue an API key, and return it whole: `ds_<key_id>_<secret>`."""
        key_id, secret = documents.key_parts()
        document = {
            "key_id": key_id,
            "secret_hash": hashlib.sha256(secret.encode()).hexdigest(),
            "role": role,
            "account_id": account_id,
            "label": "made by a test",
        } | changes
        self.call("operator", "issue_api_key", p_key=document)
        return f"ds_{key_id}_{secret}"

    # --- as the owner of the database -----------------------------------------------------------

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """The rows of a query, read as superuser: no policy hides any."""
        with psycopg.connect(self.admin_url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query.encode(), parameters or None).fetchall()

    def execute(self, statement: str, *parameters: object) -> None:
        """Run a statement as the owner of the database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode(), parameters or None)

    def allow_simulated_time(self, allowed: bool = True) -> None:
        """Let callers say what time it is, or no longer."""
        self.execute("update ledger.settings set simulated_time = %s where only_row", allowed)

    def journal(self) -> list[str]:
        """The events of the journal in the order of writing, e.g. `account.opened`; not what we set up."""
        events = self.rows(
            "select event from ledger.journal"
            " where entity not in ('settings', 'lifecycle') order by journal_id"
        )
        return [row["event"] for row in events]

    def contents(self) -> dict[str, str]:
        """A digest of every table's rows by its name: two that are equal mean that nothing has changed."""
        tables = self.rows(
            "select relname as name from pg_class where relnamespace = 'ledger'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition order by relname"
        )
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            return {row["name"]: _digest(connection, row["name"]) for row in tables}


def simulated_template(stack: Stack, name: str) -> str:
    """Make a database to clone whose callers may say what time it is, with partitions around clock.T0."""
    url = stack.clone_database(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("update ledger.settings set simulated_time = true where only_row")
        connection.execute("select ledger.premake_partitions(%s, %s)", (clock.FIRST_MONTH, clock.MONTHS))
    return name


@contextmanager
def running_project(
    stack: Stack, database: str, template: str, settings: Mapping[str, str] | None = None
) -> Iterator[Project]:
    """A project on a fresh copy of `template`, with the functions of this process pointed at it.

    One at a time: the functions have one ledger per process.
    """
    stack.clone_database(database, template)
    rest = stack.start_postgrest(database)
    project = Project(stack, database, rest, settings)
    try:
        with mock.patch.dict(os.environ, project.environment()):
            reset()
            yield project
    finally:
        reset()
        rest.stop()
        stack.drop_database(database)


def _digest(connection: "psycopg.Connection[tuple[Any, ...]]", table: str) -> str:
    query = sql.SQL(
        "select count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, '' order by t::text)), '')"
        " from ledger.{} t"
    )
    (digest,) = connection.execute(query.format(sql.Identifier(table))).fetchone() or ("",)
    return str(digest)
