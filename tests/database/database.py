"""A database, spoken to as PostgREST speaks to it: as authenticator, with a role and claims."""

# ruff: noqa: S608 - what is put into these queries stands in this file

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from scripts.tools.stack import Stack
from tests.support.clock import T0

Connection = psycopg.Connection[dict[str, Any]]

# Arguments that are no JSON documents although they are lists here.
_ARRAYS = {"p_strategy_ids"}


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an accident
    """The ledger said no: `code` is one of contracts/problems.json."""

    def __init__(self, code: str, status: int, detail: str, hint: str) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.code = code
        self.status = status
        self.detail = detail
        self.hint = hint


class Party:
    """One caller with a session of its own; every call is a transaction, as over HTTP."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def __enter__(self) -> "Party":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def call(
        self,
        role: str,
        function: str,
        *,
        account_id: str | None = None,
        at: datetime | None = T0,
        **arguments: Any,
    ) -> Any:
        """Run `api.<function>` as a role. Raises Refused, or psycopg.Error for what is no refusal."""
        if at is not None:
            arguments["p_at"] = at
        names = sql.SQL(", ").join(
            sql.SQL("{} => {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in arguments
        )
        query = sql.SQL("select api.{}({}) as answer").format(sql.Identifier(function), names)
        with self.acting_as(role, account_id), refusals():
            row = self.connection.execute(query, {k: _adapted(k, v) for k, v in arguments.items()}).fetchone()
        return (row or {})["answer"]

    @contextmanager
    def acting_as(
        self, role: str, account_id: str | None = None, *, keep: bool = True
    ) -> Iterator[Connection]:
        """A transaction in which the session is `role`; undone at the end unless `keep`."""
        claims = {"role": role, "sub": f"key-of-{role}", "account_id": account_id}
        headers = {"x-request-id": "request-of-a-test"}
        with self.connection.transaction(force_rollback=not keep):
            self.connection.execute(
                "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true),"
                " set_config('request.headers', %s, true)",
                (role, json.dumps(claims), json.dumps(headers)),
            )
            yield self.connection
            if keep:
                # Within a larger transaction these would outlive this one.
                self.connection.execute(
                    "select set_config('role', 'none', true), set_config('request.jwt.claims', '', true),"
                    " set_config('request.headers', '', true)"
                )


class Database:
    """One ledger, seen from outside: by its callers, and by a superuser."""

    def __init__(self, stack: Stack, name: str) -> None:
        self.name = name
        self._url = partial(stack.postgres.url, database=name)
        self._admin = self.connect("supabase_admin")
        self._caller = self.party()

    def party(self) -> Party:
        """A new caller; close it, or use it in a `with`."""
        return Party(self.connect("authenticator"))

    def acting_as(self, role: str, account_id: str | None = None) -> AbstractContextManager[Connection]:
        """A transaction in which the session is `role`, undone at its end; see Party.acting_as."""
        return self._caller.acting_as(role, account_id, keep=False)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """All that this object does in between is one transaction, undone at the end; nobody else sees it."""
        committing, self._caller = self._caller, Party(self._admin)
        with self._admin.transaction(force_rollback=True):
            yield
        self._caller = committing

    def call(
        self,
        role: str,
        function: str,
        *,
        account_id: str | None = None,
        at: datetime | None = T0,
        **arguments: Any,
    ) -> Any:
        """Run `api.<function>` as a role, at noon of T0 unless told otherwise; see Party.call."""
        return self._caller.call(role, function, account_id=account_id, at=at, **arguments)

    def connect(self, role: str = "postgres") -> Connection:
        """A new session of `postgres`, `supabase_admin` or `authenticator` in autocommit mode."""
        return psycopg.connect(self._url(role), autocommit=True, row_factory=dict_row)

    def rows(self, query: str, *parameters: object) -> list[dict[str, Any]]:
        """The rows of a query, read as superuser: no policy hides any."""
        return self._admin.execute(query.encode(), parameters or None).fetchall()

    def value(self, query: str, *parameters: object) -> Any:
        """The one value of a query that has one row and one column."""
        (row,) = self.rows(query, *parameters)
        (value,) = row.values()
        return value

    def execute(self, statement: str, *parameters: object) -> None:
        """Run a statement as superuser."""
        self._admin.execute(statement.encode(), parameters or None)

    def events(self) -> list[str]:
        """The events of the journal, in the order of writing."""
        return [row["event"] for row in self.rows("select event from ledger.journal order by journal_id")]

    def contents(self) -> Mapping[str, str]:
        """A digest of each table by name: equal before and after means that nothing was written."""
        digest = "md5(string_agg(t::text, chr(10) order by t::text)) as digest"
        each = (f"select '{name}' as name, {digest} from ledger.{name} t" for name in self.tables())
        query = " union all ".join(each)
        return {row["name"]: row["digest"] for row in self.rows(query)}

    def tables(self) -> list[str]:
        """The tables of the ledger without their partitions."""
        tables = self.rows(
            "select relname as name from pg_class where relnamespace = 'ledger'::regnamespace"
            " and relkind in ('r', 'p') and not relispartition order by relname"
        )
        return [row["name"] for row in tables]

    def close(self) -> None:
        """End its sessions."""
        self._admin.close()
        self._caller.connection.close()


@contextmanager
def refusals() -> Iterator[None]:
    """Turns the errors that the ledger raises on purpose into Refused."""
    try:
        yield
    except psycopg.Error as error:
        if error.sqlstate and error.sqlstate.startswith("PT"):
            said = error.diag
            raise Refused(
                said.message_primary or "",
                int(error.sqlstate[2:]),
                said.message_detail or "",
                said.message_hint or "",
            ) from error
        raise


def _adapted(name: str, value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict | list) and name not in _ARRAYS else value
