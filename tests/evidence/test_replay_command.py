"""`scripts/distort replay`, run as typed, and what it leaves behind."""

import json
import os
import secrets
import signal
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from scripts.tools.cli import app
from scripts.tools.evidence.auditor import auditing, number
from scripts.tools.evidence.replay.target import forget, target
from scripts.tools.stack.errors import StackError, StackStopped
from scripts.tools.stack.state import Home
from tests.evidence import forge
from tests.evidence.conftest import Evidence


def run(*arguments: str) -> Result:
    """What a command prints; a StackError is raised as it is."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def unused_name() -> str:
    """A name that no stack has."""
    return f"replay-{secrets.token_hex(4)}"


def silent(message: str) -> None:
    """Says nothing."""


def test_a_ledger_that_is_what_its_journal_says_is_said_to_be(evidence: Evidence) -> None:
    result = run("replay", "--database", evidence.url)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].endswith(": identical")
    for named in ("trade_directives", "exposures", "officer_instances"):
        assert named in result.stdout


def test_programs_are_told_the_first_row_that_differs(evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    evidence.database.execute("update ledger.accounts set max_in_flight = 99 where account_id = 'demo-2'")

    result = run("replay", "--database", evidence.url, "--json")

    document = json.loads(result.stdout)
    (accounts,) = [table for table in document["tables"] if table["table"] == "accounts"]
    assert result.exit_code == 1
    assert document["succeeded"] is False
    assert accounts["first"]["key"] == {"account_id": "demo-2"}
    assert accounts["first"]["columns"] == {"max_in_flight": ["99", "10"]}
    assert [table["table"] for table in document["tables"] if not table["identical"]] == ["accounts"]


@pytest.mark.timeout(240)
def test_a_replay_that_is_kept_is_a_stack_without_the_source(evidence: Evidence) -> None:
    name = unused_name()
    try:
        result = run(
            "replay", "--database", evidence.url, "--until", "2026-01-05T12:00:00Z", "--keep", name, "--json"
        )

        document = json.loads(result.stdout)
        state = Home(name).load()
        assert state is not None
        assert document["kept"] == state.urls["postgres"]
        assert state.environment["DATABASE_URL"] not in result.stdout
        with auditing(state.environment["DATABASE_URL"]) as ledger:
            held = number(ledger, "select count(*) from ledger.trade_directives")
        assert held == document["state"]["rows"]["trade_directives"] > 0
        with pytest.raises(StackError, match="there is a stack"):
            run("replay", "--database", evidence.url, "--keep", name)
    finally:
        forget(name)
    assert not Home(name).directory.exists()


def test_interrupted_it_leaves_no_server_and_no_files() -> None:
    seen = []

    def interrupted() -> None:
        with target(None, silent) as url:
            with psycopg.connect(url) as connection:
                ((folder,),) = connection.execute("show data_directory").fetchall()
            seen.extend([url, folder])
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(StackStopped):
        interrupted()
    url, folder = seen
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    assert not Path(folder).exists()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("how", ["interrupted", "broken off"])
def test_what_was_to_be_kept_is_gone_if_it_did_not_come_to_an_end(how: str) -> None:
    name, urls = unused_name(), []

    def ended() -> None:
        with target(name, silent) as url:
            urls.append(url)
            assert Home(name).directory.exists()
            if how == "interrupted":
                os.kill(os.getpid(), signal.SIGINT)
            raise RuntimeError("something else")

    with pytest.raises(StackStopped if how == "interrupted" else RuntimeError):
        ended()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls[0], connect_timeout=2)
    assert not Home(name).directory.exists()


def test_without_a_ledger_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)

    with pytest.raises(StackError, match="say which ledger"):
        run("replay")
    with pytest.raises(StackError, match="is no time"):
        run("replay", "--database", "postgresql://127.0.0.1:1/none", "--until", "soon")


def test_a_ledger_that_cannot_be_reached_is_no_traceback() -> None:
    with pytest.raises(StackError, match="the ledger cannot be replayed"):
        run("replay", "--database", "postgresql://postgres@127.0.0.1:1/none")
