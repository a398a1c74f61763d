"""Whatever happens in the middle of a step, the month is whole, and the next call goes on."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.database.archiving import LATER, MONTH, STEPS, STORY_TABLES, archive, history, step, take
from tests.database.checkpoints import checkpoint
from tests.database.database import Database, Party
from tests.database.race import at_once, wait_until_blocked
from tests.database.story import acknowledge, directive, event, publish, report, signal
from tests.support.clock import after

STANDS_AT = "select max(step_no) from ledger.archive_steps where month = %s"


@pytest.fixture
def over(clone: Database) -> Database:
    """A ledger whose January has ended long ago, with a story that is over."""
    made = directive(clone)
    acknowledge(clone, made.id)
    report(clone, event(made.id, "order_rejected"))
    checkpoint(clone, at=LATER)
    return clone


def up_to(database: Database, name: str) -> None:
    """Take all steps before this one, and all parts of it but the last call."""
    for earlier in STEPS[: STEPS.index(name)]:
        take(database, earlier)
    checkpoint(database, at=LATER)
    if name == "moved":
        bounded = "select count(*) from pg_constraint where conname = 'month_bounds' and convalidated"
        while database.value(bounded) < len(STORY_TABLES):
            assert step(database, "moved")["waits_for"] is None


def killed(database: Database, name: str) -> None:
    """Let an archivist take a step whose recording waits, and end its session there."""
    with (
        database.connect("supabase_admin") as holder,
        database.party() as archivist,
        holder.transaction(),
        ThreadPoolExecutor(1) as pool,
    ):
        # The step is done but for its last line: that waits for this lock.
        holder.execute("lock table ledger.archive_steps in share mode")
        taken = pool.submit(step, archivist, name)
        wait_until_blocked(database, 1)
        pid = archivist.connection.info.backend_pid
        holder.execute("select pg_terminate_backend(%s)", (pid,))
        with pytest.raises(psycopg.OperationalError):
            taken.result(10)


@pytest.mark.parametrize("name", STEPS)
def test_killed_in_the_middle_of_a_step_nothing_has_happened_and_the_next_call_goes_on(
    over: Database, name: str
) -> None:
    up_to(over, name)
    before = over.contents(), history(over), over.value(STANDS_AT, MONTH)

    killed(over, name)

    assert (over.contents(), history(over), over.value(STANDS_AT, MONTH)) == before
    archive(over)
    assert over.value("select count(*) from archive.signal_outbox where status = 'archived'") == 1


@pytest.mark.parametrize("parts", range(1, 8))
def test_killed_between_the_parts_of_a_move_the_month_is_whole(over: Database, parts: int) -> None:
    up_to(over, "checkpointed")
    take(over, "checkpointed")
    before = history(over)
    for _ in range(parts):
        with over.party() as archivist:
            assert step(archivist, "moved")["recorded"] is False

    assert history(over) == before
    take(over, "moved")
    assert over.value("select count(*) from archive.execution_events") == 1


@pytest.mark.parametrize("name", STEPS)
def test_an_error_in_a_step_leaves_nothing_of_it(over: Database, name: str) -> None:
    up_to(over, name)
    before = over.contents(), history(over)
    over.execute(
        "create function ledger.break_down() returns trigger language plpgsql as"
        " $$begin raise exception 'the disk is full'; end$$"
    )
    over.execute(
        "create trigger y_break_down before insert on ledger.archive_steps"
        " for each row execute function ledger.break_down()"
    )

    with pytest.raises(psycopg.errors.RaiseException, match="the disk is full"):
        step(over, name)
    assert (over.contents(), history(over)) == before

    over.execute("drop trigger y_break_down on ledger.archive_steps")
    archive(over)


def test_two_archivists_at_once_take_each_step_once(over: Database) -> None:
    def archived(party: Party) -> list[bool]:
        recorded = []
        for name in STEPS:
            while not (answer := step(party, name))["recorded"]:
                assert answer["waits_for"] in (None, "another_archivist", "checkpoint", "lock")
                if answer["waits_for"] == "checkpoint":
                    party.call("archivist", "make_checkpoint", at=LATER)
            recorded.append(answer["recorded"])
        return recorded

    assert at_once(over, [archived, archived]) == [[True] * 4] * 2

    steps = over.rows("select step from ledger.archive_steps where month = %s order by step_no", MONTH)
    assert [row["step"] for row in steps] == list(STEPS)


def test_whoever_comes_while_another_archivist_is_at_it_does_not_wait(over: Database) -> None:
    with over.party() as first, over.party() as second, first.connection.transaction():
        assert step(first, "chosen")["recorded"]
        answer = step(second, "chosen")

    assert (answer["recorded"], answer["waits_for"]) == (False, "another_archivist")
    assert step(over, "chosen")["recorded"]


def blocked_by_a_reader(database: Database, then: Callable[[], object]) -> None:
    with database.connect() as reader, reader.transaction():
        reader.execute("select from ledger.trade_directives")
        then()


def test_a_move_that_does_not_get_its_locks_gives_up_and_leaves_no_lock_behind(over: Database) -> None:
    up_to(over, "moved")

    def tried() -> None:
        assert step(over, "moved")["waits_for"] == "lock"
        # Trade went on in the meantime, and goes on.
        moments = {"created_at": "2026-02-09T12:00:00Z", "expires_at": "2026-02-09T13:00:00Z"}
        assert publish(over, signal("of February", **moments), at=after(days=35)) == ["published"]

    blocked_by_a_reader(over, tried)
    take(over, "moved")


def test_traffic_and_a_move_do_not_stop_each_other(over: Database) -> None:
    up_to(over, "moved")
    at = after(days=35)
    moments = {"created_at": "2026-02-09T12:00:00Z", "expires_at": "2026-02-09T13:00:00Z"}

    def publishing(number: int) -> Callable[[Party], list[list[str]]]:
        return lambda party: [publish(party, signal(f"{number}/{n}", **moments), at=at) for n in range(40)]

    def moving(party: Party) -> list[list[str]]:
        while not (answer := step(party, "moved"))["recorded"]:
            assert answer["waits_for"] in ("lock", "checkpoint"), answer
            party.call("archivist", "make_checkpoint", at=LATER)
        return [[]]

    answers = at_once(over, [moving, *(publishing(number) for number in range(3))])

    assert answers == [[[]], *([[["published"]] * 40] * 3)]
    assert over.value("select count(*) from ledger.signal_outbox") == 120
