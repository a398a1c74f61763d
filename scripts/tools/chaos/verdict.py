"""The verdict on a run that has come to rest: everything that is wrong, a sentence each, and the numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.tools.chaos import logs
from scripts.tools.chaos.calls import Calls
from scripts.tools.chaos.judge import Witnesses, judge
from scripts.tools.chaos.play import Play
from scripts.tools.chaos.server import Server
from scripts.tools.demo.invariants import check
from scripts.tools.demo.records import Account
from scripts.tools.demo.summary import Summary, summarize
from scripts.tools.evidence.auditor import Connection, auditing, number
from scripts.tools.evidence.replay.replay import Replayed, replay
from scripts.tools.evidence.verify.findings import Findings
from scripts.tools.evidence.verify.outside_copy import compare_with_copy
from scripts.tools.stack import Stack


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to; it passed if there are no findings.

    killed: how often, by part and manner. deals: at all brokers. calls: all of them, served or not.
    """

    findings: tuple[str, ...]
    seconds: float
    killed: Mapping[str, int]
    officer_deaths: int
    summary: Summary
    deals: int
    journal_entries: int
    checkpoints: int
    replayed_entries: int
    calls: Calls


def verdict_on(play: Play, server: Server, seconds: float) -> Outcome:
    """Hold the ledger against itself, its journal, the brokers, the notebooks, the answers and the logs.

    seconds: how long the chaos lasted.
    """
    accounts = {post.desk.account_id: post.desk.broker.account() for post in play.posts}
    seen = Witnesses(
        accounts=accounts,
        notebooks={post.desk.account_id: post.notebook() for post in play.posts},
        published=frozenset(play.generator.published),
    )
    replayed = _replayed(server)
    with auditing(server.stack.database_url) as connection:
        return Outcome(
            findings=(
                *_nothing_shown(play, accounts),
                *play.findings,
                *play.record.findings,
                *_answers(play),
                *check(connection, accounts).findings(),
                *judge(connection, seen),
                *_unanchored(connection),
                *_copies(connection, server.logs()["archivist"]),
                *_differences(replayed),
                *logs.complaints(server.logs()),
            ),
            seconds=seconds,
            killed=play.record.killed,
            officer_deaths=sum(post.deaths for post in play.posts),
            summary=summarize(connection),
            deals=sum(len(account.deals) for account in accounts.values()),
            journal_entries=number(connection, "select count(*) from ledger.journal"),
            checkpoints=number(connection, "select count(*) from ledger.checkpoints"),
            replayed_entries=replayed.entries,
            calls=play.calls,
        )


def _nothing_shown(play: Play, accounts: Mapping[str, Account]) -> Iterator[str]:
    """Where nobody died or nothing was traded nothing could go wrong, and nothing is proven."""
    if not play.record.killed:
        yield "no part of the server was killed: give it more --seconds"
    if not any(account.deals for account in accounts.values()):
        yield "nothing was traded, so that nothing could be lost: give it more --seconds"


def _answers(play: Play) -> Iterator[str]:
    """What was answered other than it may be, and what was not answered though nothing was down."""
    for trouble in play.calls.troubles:
        if not play.record.excuses(trouble):
            yield (
                f"{trouble.path} of {trouble.service} got {trouble.status or 'no answer'} {trouble.code}"
                f" after {trouble.ended - trouble.began:.1f} s while all it needs was up: {trouble.detail}"
            )
    for signal_id in sorted(play.generator.conflicts):
        yield f"signal {signal_id} was published twice and differently"
    if play.feed.restated:
        yield f"{play.feed.restated} bars were stored before with other prices"


def _unanchored(connection: Connection) -> Iterator[str]:
    """The last checkpoint was made when all had come to rest, so nothing can be outside of it."""
    outside = number(
        connection,
        "select (select count(*) from ledger.journal) - (select count(*) from ledger.merkle_leaves)",
    )
    if outside:
        yield f"{outside} entries of the journal are under no checkpoint"


def _copies(connection: Connection, log: Path) -> Iterator[str]:
    """What the archivist's log says of the checkpoints, which nobody who rewrites the ledger can reach."""
    findings = Findings()
    compare_with_copy(connection, log, findings)
    yield from (f"against the log: {finding}" for finding in findings.kept)


def _replayed(server: Server) -> Replayed:
    """The journal, folded into an empty ledger."""
    with Stack(postgrest=False, functions=False) as empty:
        return replay(server.stack.database_url, empty.database_url)


def _differences(replayed: Replayed) -> Iterator[str]:
    yield from replayed.faults
    for comparison in replayed.comparisons:
        if not comparison.identical:
            yield f"replayed, ledger.{comparison.table} comes out different: {comparison.as_document()}"
