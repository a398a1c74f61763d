"""No journal row is missed or covered twice: not of open transactions, cut ones, rivals or the killed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.database.checkpoints import checkpoint, covered, journal_order, leaves, make, settle, write
from tests.database.database import Database, Party
from tests.database.race import at_once, numbered, race, wait_until_blocked
from tests.evidence import rfc6962

HOLD_CHECKPOINTS = "select pg_advisory_xact_lock(hashtextextended('ledger.checkpoints', 0))"


def test_rows_of_an_open_transaction_wait_and_so_do_those_of_later_ones(clone: Database) -> None:
    complete = journal_order(clone)
    settle(clone)
    with clone.party() as slow, slow.connection.transaction():
        write(slow, 1)
        write(clone, 2, "demo-2")

        answer = make(clone)

        assert covered(clone) == complete
        assert answer["remaining"] is False
        assert make(clone)["made"] is False

    checkpoint(clone)
    assert covered(clone) == journal_order(clone)
    assert len(covered(clone)) == len(complete) + 3


def test_a_transaction_that_had_begun_to_write_elsewhere_is_waited_for(clone: Database) -> None:
    checkpoint(clone)
    with clone.party() as slow, slow.connection.transaction():
        slow.connection.execute("select pg_current_xact_id()")
        write(clone, 1, "demo-2")
        assert make(clone)["made"] is False
        # Numbered after the other's row, but of an older transaction.
        write(slow, 1)

    checkpoint(clone)

    assert covered(clone) == journal_order(clone)
    assert covered(clone) != sorted(covered(clone))


def test_a_reader_holds_nothing_back(clone: Database) -> None:
    with clone.connect() as reader, reader.transaction():
        reader.execute("select count(*) from ledger.journal")
        write(clone, 1)

        checkpoint(clone)

        assert covered(clone) == journal_order(clone)


@pytest.mark.parametrize("max_leaves", [1, 2, 3, 5, 8, 13, 14, 100])
def test_a_batch_cut_within_a_transaction_goes_on_where_it_stopped(clone: Database, max_leaves: int) -> None:
    checkpoint(clone)
    with clone.party() as older, clone.party() as younger, older.connection.transaction():
        # The older one's rows lie before and behind the younger one's, which commits first.
        write(older, 2)
        with younger.connection.transaction():
            write(younger, 10, "demo-2")
        write(older, 2)
    settle(clone)

    sizes = []
    while (answer := make(clone, max_leaves))["made"]:
        sizes.append(answer["leaves_added"])

    assert covered(clone) == journal_order(clone)
    assert sizes == [max_leaves] * (14 // max_leaves) + [14 % max_leaves] * (14 % max_leaves > 0)


def test_a_cut_batch_misses_nothing_of_a_transaction_that_ends_later(clone: Database) -> None:
    checkpoint(clone)
    with clone.party() as whole, clone.party() as slow:
        with slow.connection.transaction():
            with whole.connection.transaction():
                write(whole, 5, "demo-2")
                write(slow, 1)
                write(whole, 5, "demo-2")
            settle(clone)
            assert make(clone, 4)["remaining"] is True
        assert make(clone, 3)["remaining"] is True
        write(slow, 1)

    checkpoint(clone)

    assert covered(clone) == journal_order(clone)


def test_of_archivists_at_once_one_makes_the_checkpoint_and_all_answer_it(clone: Database) -> None:
    write(clone, 3)
    settle(clone)

    answers = race(clone, [make] * 4, HOLD_CHECKPOINTS)

    assert sorted(answer["made"] for answer in answers) == [False, False, False, True]
    assert all(answer["checkpoint"] == answers[0]["checkpoint"] for answer in answers)
    assert covered(clone) == journal_order(clone)


def test_archivists_at_once_continue_each_other_without_gap_or_double(clone: Database) -> None:
    settle(clone)
    write(clone, 20 - len(journal_order(clone)))
    settle(clone)

    answers = race(clone, numbered(5, lambda n, p: make(p, 4)), HOLD_CHECKPOINTS)

    told = sorted((a["checkpoint"] for a in answers), key=lambda c: int(c["checkpoint_no"]))
    assert [c["tree_size"] for c in told] == [4, 8, 12, 16, 20]
    assert [c["previous_hash"] for c in told] == [None, *(c["hash"] for c in told[:-1])]
    assert covered(clone) == journal_order(clone)


def test_an_archivist_killed_midway_leaves_nothing_and_the_next_does_it_all(clone: Database) -> None:
    checkpoint(clone)
    write(clone, 10)
    settle(clone)
    before = clone.contents()
    with clone.connect("supabase_admin") as holder, clone.party() as party, ThreadPoolExecutor(1) as pool:
        # Leaves and nodes are written by then; the checkpoint itself has to wait.
        holder.execute("begin; lock table ledger.checkpoints in share mode")
        made = pool.submit(make, party)
        wait_until_blocked(clone, 1)
        clone.execute("select pg_terminate_backend(%s)", party.connection.info.backend_pid)
        with pytest.raises(psycopg.errors.AdminShutdown):
            made.result(10)
    assert clone.contents() == before

    checkpoint(clone)

    assert covered(clone) == journal_order(clone)
    root = clone.value("select root_hash from ledger.checkpoints order by checkpoint_no desc limit 1")
    assert bytes(root) == rfc6962.tree_hash(leaves(clone))


def test_checkpoints_made_while_many_write_cover_each_row_once(clone: Database) -> None:
    def writing(number: int, party: Party) -> None:
        for _ in range(10):
            # Two rows a transaction, on an account that others write, too.
            with party.connection.transaction():
                write(party, 2, f"demo-{number % 2 + 1}")

    def checkpointing(party: Party) -> None:
        for _ in range(30):
            make(party, 7)

    calls: list[Callable[[Party], None]] = [*numbered(4, writing), checkpointing, checkpointing]
    assert at_once(clone, calls) == [None] * 6

    while checkpoint(clone, 7)["made"]:
        pass

    assert covered(clone) == journal_order(clone)
