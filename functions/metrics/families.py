"""The metric families: what each number of the ledger is called, and how it is cut into series.

The names stand here; docs/metrics.md explains them and docs/alerts.yml uses them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Numbers = Mapping[str, Any]
Sample = tuple[tuple[str, ...], float | None]

_QUANTILES = ("0.5", "0.9", "0.99")
_OPERATIONS = ("inserted", "updated", "deleted")


@dataclass(frozen=True, slots=True)
class Family:
    """One metric family. `samples` gives label values and number of each series; None is no series."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    labels: tuple[str, ...]
    samples: Callable[[Numbers], Iterable[Sample]]


def _one(*path: str) -> Callable[[Numbers], Iterable[Sample]]:
    """The one series of a family without labels: the number at `path` of the ledger's answer."""

    def samples(numbers: Numbers) -> Iterable[Sample]:
        found: Any = numbers
        for key in path:
            found = found[key]
        return [((), found)]

    return samples


def _each(rows: str, labels: tuple[str, ...], value: str) -> Callable[[Numbers], Iterable[Sample]]:
    """One series for each object in the list `rows`."""
    return lambda numbers: [(tuple(row[label] for label in labels), row[value]) for row in numbers[rows]]


def _rows_written(numbers: Numbers) -> Iterable[Sample]:
    for row in numbers["tables"]:
        for operation in _OPERATIONS:
            yield (row["table"], row["partition"], operation), row[operation]


def _latency(what: str) -> Callable[[Numbers], Iterable[Sample]]:
    def samples(numbers: Numbers) -> Iterable[Sample]:
        (found,) = (row for row in numbers["latencies"] if row["what"] == what)
        return [((name,), number) for name, number in zip(_QUANTILES, found["quantiles"] or (), strict=False)]

    return samples


def _latencies_counted(numbers: Numbers) -> Iterable[Sample]:
    return [((row["what"],), row["count"]) for row in numbers["latencies"]]


def _silent_for(numbers: Numbers) -> Iterable[Sample]:
    return [((name,), count) for name, count in numbers["officers"]["silent_for"].items()]


def _accounts(numbers: Numbers) -> Iterable[Sample]:
    return [((enabled,), numbers["officers"][enabled]) for enabled in ("enabled", "disabled")]


def _of_account(value: str) -> Callable[[Numbers], Iterable[Sample]]:
    return lambda numbers: [((row["account_id"],), row[value]) for row in numbers["officers"]["accounts"]]


FAMILIES: tuple[Family, ...] = (
    Family(
        "distortsignals_rows_written",
        "counter",
        "Rows written since the statistics of PostgreSQL began.",
        ("table", "partition", "operation"),
        _rows_written,
    ),
    Family(
        "distortsignals_rows_dead",
        "gauge",
        "Row versions that vacuum has yet to remove.",
        ("table", "partition"),
        _each("tables", ("table", "partition"), "dead"),
    ),
    Family(
        "distortsignals_table_bytes",
        "gauge",
        "Size on disk with indexes.",
        ("table", "partition"),
        _each("tables", ("table", "partition"), "bytes"),
    ),
    Family(
        "distortsignals_database_bytes", "gauge", "Size of the database on disk.", (), _one("database_bytes")
    ),
    Family(
        "distortsignals_journal_rows",
        "counter",
        "Numbers given to journal rows; a transaction that is rolled back leaves a gap.",
        (),
        _one("journal_rows"),
    ),
    Family(
        "distortsignals_queue_depth",
        "gauge",
        "What waits at a place of a story.",
        ("queue",),
        _each("queues", ("queue",), "depth"),
    ),
    Family(
        "distortsignals_queue_oldest_seconds",
        "gauge",
        "Age of the oldest that waits there, 0 for none.",
        ("queue",),
        _each("queues", ("queue",), "oldest_seconds"),
    ),
    Family(
        "distortsignals_ack_latency_seconds",
        "gauge",
        "From issue to first acknowledgement, in the last five minutes.",
        ("quantile",),
        _latency("ack"),
    ),
    Family(
        "distortsignals_report_latency_seconds",
        "gauge",
        "From the broker to the ledger, in the last five minutes.",
        ("quantile",),
        _latency("report"),
    ),
    Family(
        "distortsignals_latencies_counted",
        "gauge",
        "How many the quantiles are of.",
        ("what",),
        _latencies_counted,
    ),
    Family("distortsignals_accounts", "gauge", "Accounts.", ("state",), _accounts),
    Family(
        "distortsignals_officers",
        "gauge",
        "Enabled accounts by how long their officer has been silent.",
        ("silent_for",),
        _silent_for,
    ),
    Family(
        "distortsignals_officer_last_seen_timestamp_seconds",
        "gauge",
        "When the account's officer last called, to within five seconds.",
        ("account_id",),
        _of_account("last_seen"),
    ),
    Family(
        "distortsignals_officer_calls_noted",
        "counter",
        "Calls of the account's officer, counted at most once in five seconds.",
        ("account_id",),
        _of_account("calls_noted"),
    ),
    Family(
        "distortsignals_accounts_without_series",
        "gauge",
        "Accounts beyond the first thousand, which have no series of their own.",
        (),
        _one("officers", "without_series"),
    ),
    Family(
        "distortsignals_checkpoint_number",
        "gauge",
        "Number of the newest checkpoint, 0 for none.",
        (),
        _one("checkpoints", "checkpoint_no"),
    ),
    Family(
        "distortsignals_checkpoint_tree_size",
        "gauge",
        "Journal rows that checkpoints cover.",
        (),
        _one("checkpoints", "tree_size"),
    ),
    Family(
        "distortsignals_checkpoint_lag_seconds",
        "gauge",
        "Age of the oldest journal row that no checkpoint covers, 0 for none.",
        (),
        _one("checkpoints", "lag_seconds"),
    ),
    Family(
        "distortsignals_checkpoint_lag_rows",
        "gauge",
        "Journal rows that no checkpoint covers, at most 100,000.",
        (),
        _one("checkpoints", "lag_rows"),
    ),
    Family(
        "distortsignals_findings",
        "gauge",
        "What the doctor finds; at most 100 of a kind.",
        ("kind", "severity"),
        _each("findings", ("kind", "severity"), "count"),
    ),
    Family(
        "distortsignals_partitions_until_timestamp_seconds",
        "gauge",
        "When the last month with partitions ends.",
        (),
        _one("partitions_until"),
    ),
    Family(
        "distortsignals_oldest_transaction_seconds",
        "gauge",
        "Age of the oldest open transaction.",
        (),
        _one("oldest_transaction_seconds"),
    ),
    Family(
        "distortsignals_simulated_time",
        "gauge",
        "1 while callers may say what time it is, else 0.",
        (),
        _one("simulated_time"),
    ),
    Family("distortsignals_ledger_timestamp_seconds", "gauge", "The ledger's clock.", (), _one("at")),
)
