"""Verification reads every row once, in constant memory, and says what it read."""

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from scripts.tools.evidence import auditor
from scripts.tools.evidence.entries import netstrings
from scripts.tools.evidence.verify.findings import KEPT, Code
from scripts.tools.evidence.verify.verify import verify
from scripts.tools.stack.errors import StackError
from tests.database.checkpoints import checkpoint
from tests.database.story import opened, publish, signal
from tests.evidence import forge
from tests.evidence.conftest import Evidence

PROJECT = Path(__file__).parents[2]


def test_an_untouched_ledger_is_intact_with_and_without_the_outside_copy(evidence: Evidence) -> None:
    database = evidence.database
    alone, with_copy = evidence.verify(), evidence.verify(with_copy=True)

    assert (alone.intact, with_copy.intact) == (True, True), list(map(str, with_copy.findings.kept))
    assert alone.read.rows == database.value("select count(*) from history.journal")
    assert alone.read.anchored == database.value("select max(tree_size) from ledger.checkpoints")
    assert alone.read.unanchored > 0
    assert alone.checkpoints == database.value("select count(*) from ledger.checkpoints")
    chains = "select count(*) from (select distinct entity, key from history.journal) chains"
    assert alone.chains == database.value(chains)


def test_the_outside_copy_says_how_far_it_reaches(evidence: Evidence) -> None:
    checkpoint(evidence.database)
    verdict = evidence.verify(with_copy=True)

    assert verdict.intact
    assert verdict.read.unanchored == 0
    assert verdict.last is not None
    assert verdict.agreed is not None
    assert verdict.copies == verdict.agreed.checkpoint_no == verdict.last.checkpoint_no - 1


def test_rows_are_read_a_few_at_a_time(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auditor, "BATCH_ROWS", 3)

    assert evidence.verify().intact


def test_the_first_bad_row_is_named_with_its_place_in_the_journal(evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    # The tables differ too, and other rows; the one that was written first is what an auditor looks at.
    evidence.database.execute("update ledger.signal_outbox set strength = 0.1")
    evidence.database.execute("update ledger.journal set actor = 'nobody' where entity = 'signal'")

    verdict = evidence.verify()

    first = verdict.findings.first
    assert first is not None
    query = "select min(journal_id) from ledger.journal where entity = 'signal'"
    assert first.journal_id == evidence.database.value(query)
    assert (first.code, first.where.partition(",")[0].split()[0]) == ("row_hash_mismatch", "signal")


def test_all_faults_are_counted_and_the_first_of_each_code_are_told(evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    evidence.database.execute("update ledger.journal set actor = 'nobody'")
    evidence.database.execute("update ledger.signal_outbox set strength = 0.1")

    counts = evidence.verify().findings.counts
    document = evidence.verify().as_document()

    assert counts[Code.ROW_HASH_MISMATCH] == evidence.database.value("select count(*) from ledger.journal")
    signals = evidence.database.value("select count(*) from ledger.signal_outbox")
    assert counts[Code.TABLES_DIFFER] == signals
    assert [one["code"] for one in document["findings"]].count("row_hash_mismatch") == KEPT


def test_a_restored_ledger_is_intact_in_its_next_epoch(evidence: Evidence) -> None:
    # Another server has another identifier, and its transactions count from the beginning.
    database = evidence.database
    database.execute("set session_replication_role = replica")
    database.execute("alter table ledger.journal_epochs disable trigger user")
    database.execute("update ledger.journal_epochs set system_identifier = 1")
    database.execute("alter table ledger.journal_epochs enable always trigger a_guard_row")
    database.execute("reset session_replication_role")
    database.execute("select ledger.start_epoch()")
    begun = evidence.verify()
    opened(database, "after the restore", symbol="AUDUSD")
    before = evidence.verify()
    checkpoint(database)

    assert (begun.intact, begun.read.unanchored) == (True, 0), list(map(str, begun.findings.kept))
    assert before.intact
    assert before.read.unanchored > 0
    assert (evidence.verify().intact, evidence.verify().read.unanchored) == (True, 0)


def test_a_row_of_a_transaction_that_is_still_open_is_seen_by_no_one(evidence: Evidence) -> None:
    with evidence.database.party() as late, late.connection.transaction():
        publish(late, signal("committed late"))
        opened(evidence.database, "committed early", symbol="AUDUSD")
        evidence.database.call("archivist", "make_checkpoint")
        assert evidence.verify().intact

    verdict = evidence.verify()
    assert verdict.intact, list(map(str, verdict.findings.kept))


def test_a_payload_older_than_a_column_is_intact_while_the_column_is_null(evidence: Evidence) -> None:
    # As it was written before signals had the column: without the key, sealed by the same rules.
    database = evidence.database
    number = database.value(
        "select max(journal_id) from ledger.journal"
        " where event = 'signal.processed' and payload ->> 'action' = 'close'"
    )
    forge.disarm(database)
    database.execute(
        "update ledger.journal set payload = (payload::jsonb - 'opened_before')::text::json"
        " where journal_id = %s",
        number,
    )
    forge.reseal_row(database, number)
    forge.remake_everything(database)
    without = evidence.verify()
    database.execute(
        "update ledger.signal_outbox set opened_before = created_at"
        " where signal_id::text = (select key from ledger.journal where journal_id = %s)",
        number,
    )

    assert without.intact, list(map(str, without.findings.kept))
    assert set(evidence.verify().findings.counts) == {Code.TABLES_DIFFER}


def test_the_auditor_s_connection_changes_nothing(evidence: Evidence) -> None:
    with auditor.auditing(evidence.url) as connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("create temporary table t as select 1")


def test_netstrings_tell_every_list_of_fields_apart() -> None:
    assert netstrings("grüße", "", None, "1:a,") == "7:grüße,0:,:,4:1:a,,".encode()


def test_a_copy_that_was_changed_is_not_taken_for_evidence(evidence: Evidence, tmp_path: Path) -> None:
    spoiled = tmp_path / "archivist.log"
    spoiled.write_text(evidence.copy.read_text().replace('"tree_size": 11,', '"tree_size": 12,'))

    with auditor.auditing(evidence.url) as connection:
        verdict = _verify_with(connection, spoiled)

    assert dict(verdict) == {"copy_invalid": 1}


def test_a_line_that_only_looks_like_a_checkpoint_is_not_looked_up(
    evidence: Evidence, tmp_path: Path
) -> None:
    strange = tmp_path / "archivist.log"
    strange.write_text(evidence.copy.read_text().replace('"checkpoint_no": 1,', '"checkpoint_no": "1; x",'))

    with auditor.auditing(evidence.url) as connection:
        assert _verify_with(connection, strange) == {"copy_invalid": 1}


@pytest.mark.parametrize("text", ["", "no JSON\n[1]\n{}\n", '{"checkpoint_no": 1}\n'])
def test_a_log_that_tells_of_no_checkpoint_is_an_error_and_not_agreement(
    evidence: Evidence, tmp_path: Path, text: str
) -> None:
    log = tmp_path / "archivist.log"
    log.write_text(text)

    with (
        auditor.auditing(evidence.url) as connection,
        pytest.raises(StackError, match="tells of no checkpoint"),
    ):
        _verify_with(connection, log)


def test_the_command_answers_json_and_exit_code_0_for_a_ledger_that_is_intact(evidence: Evidence) -> None:
    done = _run("--database", evidence.url, "--checkpoints", str(evidence.copy), "--json")
    document = json.loads(done.stdout)

    assert (done.returncode, document["intact"], document["findings"]) == (0, True, [])
    assert document["copies"] == 4
    assert document["rows"] == document["anchored"] + document["unanchored"]
    assert done.stderr == ""


def test_the_command_names_what_is_wrong_and_ends_with_exit_code_1(evidence: Evidence) -> None:
    forge.disarm(evidence.database)
    evidence.database.execute("update ledger.journal set actor = 'nobody' where entity = 'account'")

    done = _run("--database", evidence.url)

    assert done.returncode == 1
    assert "first: account demo-1, row 1 (account.opened): its hash is not that of its content" in done.stdout
    assert "NOT intact" in done.stdout


def test_the_command_says_so_when_nobody_said_which_ledger() -> None:
    done = _run()

    assert done.returncode == 1
    assert "say which ledger" in done.stderr


def _verify_with(connection: auditor.Connection, log: Path) -> dict[str, int]:
    return {code.value: count for code, count in verify(connection, copy=log).findings.counts.items()}


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # A fresh interpreter, as the command has; without a ledger in its environment.
    return subprocess.run(  # noqa: S603 - our own interpreter and our own text
        [sys.executable, "-m", "scripts.tools", "verify", *arguments],
        cwd=PROJECT,
        env={"PATH": "", "HOME": "/"},
        capture_output=True,
        text=True,
        check=False,
    )
