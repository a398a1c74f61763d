"""Where the database has a scheduler, it is given jobs that work; the one here only writes them down."""

import pytest

from tests.database.database import Database
from tests.database.story import directive, status
from tests.support.clock import T0

SCHEDULER = """
    create schema cron;
    grant usage on schema cron to postgres;
    create table cron.job (name text primary key, schedule text, command text, username text);
    grant all on cron.job to postgres;
    create function cron.schedule(text, text, text) returns bigint language sql as
        'insert into cron.job values ($1, $2, $3, current_user) on conflict (name)
            do update set schedule = $2, command = $3 returning 1::bigint'
"""


@pytest.fixture
def scheduled(clone: Database) -> Database:
    """A ledger whose owner has scheduled the jobs."""
    clone.execute(SCHEDULER)
    with clone.connect() as owner:
        owner.execute("select ledger.schedule_jobs()")
    return clone


def run(database: Database, name: str) -> None:
    """Run a job as pg_cron does: as who scheduled it, all of it in one simple query."""
    command = database.value("select command from cron.job where name = %s", f"distortsignals_{name}")
    with database.connect() as owner:
        owner.execute(command)


def test_each_job_runs_as_its_owner_when_it_should(scheduled: Database) -> None:
    jobs = scheduled.rows("select name, schedule, username from cron.job order by name")

    assert [(job["name"], job["schedule"], job["username"]) for job in jobs] == [
        ("distortsignals_checkpoint", "* * * * *", "postgres"),
        ("distortsignals_expire", "* * * * *", "postgres"),
        ("distortsignals_premake", "17 * * * *", "postgres"),
    ]


def test_scheduled_twice_they_are_there_once(scheduled: Database) -> None:
    with scheduled.connect() as owner:
        owner.execute("select ledger.schedule_jobs()")

    assert scheduled.value("select count(*) from cron.job") == 3


def test_the_job_that_expires_does_it_as_the_archivist(scheduled: Database) -> None:
    made = directive(scheduled, at=T0)

    run(scheduled, "expire")

    assert status(scheduled, made) == "cancelled"
    query = "select actor from ledger.journal where event = 'directive.cancelled'"
    assert scheduled.value(query) == "archivist"


def test_the_job_that_seals_the_journal_does(scheduled: Database) -> None:
    directive(scheduled, at=T0)
    before = scheduled.value("select count(*) from ledger.checkpoints")

    run(scheduled, "checkpoint")

    assert scheduled.value("select count(*) from ledger.checkpoints") == before + 1


def test_the_job_that_makes_partitions_makes_them_three_months_ahead(scheduled: Database) -> None:
    run(scheduled, "premake")

    ahead = "date_trunc('month', now()) + interval '3 months'"
    assert scheduled.value(f"select max(month) >= {ahead} from ledger.partitioned_months")  # noqa: S608


def test_without_a_scheduler_nothing_is_scheduled(migrated: Database) -> None:
    assert migrated.value("select count(*) from pg_namespace where nspname = 'cron'") == 0
