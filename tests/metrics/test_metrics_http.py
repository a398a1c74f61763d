"""GET /metrics is text that Prometheus reads, open to the key of a monitor and to nobody else."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from functions.metrics.families import FAMILIES
from functions.metrics.metrics import exposition
from tests.support import documents
from tests.support.clock import T0
from tests.support.project import MakeProject, Project

EA = "5f0c1f0e-64f5-4c0c-8f4c-0a3cf4a6c1de"
# Nothing of our contract: what a monitoring system sends.
PLAIN: dict[str, str | None] = {"X-Contract-Version": None, "Content-Type": None}


@pytest.fixture(scope="module")
def watched(make_project: MakeProject) -> Iterator[Project]:
    """A project with one account whose officer has synchronised."""
    with make_project() as project:
        project.open_account(at=T0)
        request = documents.sync_request(EA)
        project.call("officer", "sync_account", account_id="demo-1", at=T0, p_request=request)
        yield project


@pytest.fixture(scope="module")
def key(watched: Project) -> str:
    """A monitor's key."""
    return watched.issue_key("monitor")


def scraped(project: Project, key: str) -> dict[str, Metric]:
    """The families that Prometheus's own parser finds, by name."""
    reply = project.send("/metrics", method="GET", key=key, headers=PLAIN)
    assert reply.status == 200, reply.text
    return {family.name: family for family in text_string_to_metric_families(reply.text)}


def test_prometheus_reads_every_family_with_its_kind_and_meaning(watched: Project, key: str) -> None:
    found = scraped(watched, key)

    assert {name: (family.type, family.documentation) for name, family in found.items()} == {
        family.name: (family.kind, family.help) for family in FAMILIES
    }
    assert all(
        sample.labels.keys() == set(family.labels)
        for family in FAMILIES
        for sample in found[family.name].samples
    )


def test_no_series_is_told_twice(watched: Project, key: str) -> None:
    series = [
        (sample.name, *sorted(sample.labels.items()))
        for family in scraped(watched, key).values()
        for sample in family.samples
    ]

    assert len(series) == len(set(series))
    assert len(series) > 50


def test_the_numbers_are_the_ledger_s(watched: Project, key: str) -> None:
    found = scraped(watched, key)

    def value(family: str, **labels: str) -> float:
        (number,) = [s.value for s in found[family].samples if s.labels == labels]
        return number

    assert value("distortsignals_accounts", state="enabled") == 1
    assert value("distortsignals_officers", silent_for="longer") == 1
    assert value("distortsignals_officer_last_seen_timestamp_seconds", account_id="demo-1") == T0.timestamp()
    assert value("distortsignals_officer_calls_noted", account_id="demo-1") == 1
    assert value("distortsignals_simulated_time") == 1
    assert value("distortsignals_findings", kind="officer_not_seen", severity="warning") == 1
    (journal,) = watched.rows("select max(journal_id) as rows from ledger.journal")
    assert value("distortsignals_journal_rows") == journal["rows"]


def test_the_answer_has_the_headers_of_the_text_format_and_of_every_answer(
    watched: Project, key: str
) -> None:
    headers = watched.send("/metrics", method="GET", key=key, headers=PLAIN).headers

    assert headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Request-Id"]


def test_a_scrape_of_a_simulated_moment_is_possible_where_simulated_time_is(
    watched: Project, key: str
) -> None:
    reply = watched.send("/metrics", method="GET", key=key, at=T0)

    found = {f.name: f for f in text_string_to_metric_families(reply.text)}
    (clock,) = found["distortsignals_ledger_timestamp_seconds"].samples
    assert clock.value == T0.timestamp()


@pytest.mark.parametrize("role", ["generator", "director", "feed", "officer"])
def test_another_party_s_key_is_turned_away(watched: Project, role: str) -> None:
    other = watched.issue_key(role, "demo-1" if role == "officer" else None)

    reply = watched.send("/metrics", method="GET", key=other, headers=PLAIN)

    assert (reply.status, reply.code) == (403, "role_not_allowed")


def test_without_a_key_there_are_no_numbers(watched: Project) -> None:
    reply = watched.send("/metrics", method="GET", headers=PLAIN)

    assert (reply.status, reply.code) == (401, "api_key_missing")


def test_a_monitor_s_key_opens_nothing_else(watched: Project, key: str) -> None:
    for path in ("/poll", "/director", "/generator", "/bars", "/ack", "/report", "/sync"):
        assert watched.send(path, {}, key=key).code == "role_not_allowed"


def test_metrics_are_only_read(watched: Project, key: str) -> None:
    for method in ("POST", "PUT", "DELETE"):
        reply = watched.send("/metrics", method=method, key=key, headers=PLAIN)
        assert (reply.status, reply.headers["Allow"]) == (405, "GET")


def test_while_the_ledger_is_away_the_scrape_fails_instead_of_telling_zeros(project: Project) -> None:
    key = project.issue_key("monitor")
    project.rest.kill()

    reply = project.send("/metrics", method="GET", key=key, headers=PLAIN)

    assert (reply.status, reply.code) == (503, "ledger_unavailable")


def test_a_label_cannot_break_out_of_its_line() -> None:
    name = 'a"b\\c\nd'
    numbers: dict[str, Any] = {
        "tables": [
            {"table": name, "partition": "", "inserted": 1, "updated": 2, "deleted": 3, "dead": 4, "bytes": 5}
        ],
        "journal_rows": 10**15,
        "queues": [],
        "latencies": [{"what": what, "count": 0, "quantiles": None} for what in ("ack", "report")],
        "officers": {"enabled": 0, "disabled": 0, "silent_for": {}, "without_series": 0, "accounts": []},
        "checkpoints": {"checkpoint_no": 0, "tree_size": 0, "lag_seconds": 0, "lag_rows": 0},
        "findings": [],
        "partitions_until": None,
        "database_bytes": 1,
        "oldest_transaction_seconds": 0.25,
        "simulated_time": False,
        "at": T0.timestamp(),
    }

    found = {f.name: f for f in text_string_to_metric_families(exposition(numbers).text)}

    assert [s.labels["table"] for s in found["distortsignals_rows_dead"].samples] == [name]
    assert found["distortsignals_journal_rows"].samples[0].value == 10**15
    assert found["distortsignals_partitions_until_timestamp_seconds"].samples == []
    assert found["distortsignals_ack_latency_seconds"].samples == []


def test_no_function_pays_for_the_formatter_before_the_first_scrape() -> None:
    program = "import main, sys; sys.exit('prometheus_client' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, timeout=60)  # noqa: S603

    assert done.returncode == 0, done.stderr
