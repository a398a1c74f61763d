"""Checkpoints as the archivist has them made, and what they cover."""

import time
from datetime import datetime
from typing import Any

from tests.database.database import Database, Party
from tests.support.clock import T0
from tests.support.project import Project

Document = dict[str, Any]

PATIENCE_SECONDS = 10.0

# Whether all transactions are over that wrote rows of this epoch.
COMPLETE = """
    select coalesce(max(xid) < pg_snapshot_xmin(pg_current_snapshot()), true) as complete
    from ledger.journal where journal_id >= (select max(first_journal_id) from ledger.journal_epochs)
"""
# In the order of the tree: the leaves of RFC 6962, as bytes.
LEAVES = "select int8send(journal_id) || row_hash as leaf from ledger.merkle_leaves order by leaf_no"


def checkpoint(database: Database, max_leaves: int = 50_000, *, at: datetime = T0) -> Document:
    """Have a checkpoint made of all that is committed; see api.make_checkpoint for the answer."""
    settle(database)
    return make(database, max_leaves, at=at)


def make(caller: Database | Party, max_leaves: int = 50_000, *, at: datetime = T0) -> Document:
    """Have a checkpoint made of what is complete at this very moment."""
    answer: Document = caller.call("archivist", "make_checkpoint", p_max_leaves=max_leaves, at=at)
    return answer


def settle(database: Database | Project) -> None:
    """Wait until every journal row is complete: autovacuum's transactions hold the frontier back, too."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not database.rows(COMPLETE)[0]["complete"]:
        assert time.monotonic() < deadline, "a transaction is still open"
        time.sleep(0.01)


def write(caller: Database | Party, number: int, account_id: str = "demo-1") -> None:
    """Append so many rows to the journal, each in a transaction of its own, unless there is one."""
    for _ in range(number):
        # One of the two is new to the account: what does not change is not journaled.
        assert any(_changed(caller, account_id, max_in_flight) for max_in_flight in (7, 8))


def _changed(caller: Database | Party, account_id: str, max_in_flight: int) -> bool:
    changes = {"max_in_flight": max_in_flight}
    answer = caller.call("operator", "change_account", p_account_id=account_id, p_changes=changes)
    return bool(answer["changed"])


def leaves(database: Database) -> list[bytes]:
    """What the leaves hold, in the order of the tree."""
    return [bytes(row["leaf"]) for row in database.rows(LEAVES)]


def journal_order(database: Database) -> list[int]:
    """The numbers of all journal rows in the order of their transactions."""
    rows = database.rows("select journal_id from ledger.journal order by xid, journal_id")
    return [row["journal_id"] for row in rows]


def covered(database: Database) -> list[int]:
    """The numbers of the journal rows that are covered, in the order of the tree."""
    rows = database.rows("select journal_id from ledger.merkle_leaves order by leaf_no")
    return [row["journal_id"] for row in rows]
