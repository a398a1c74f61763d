"""POST /archivist: what has to be done again and again for the ledger to stay small, open and provable."""

import logging
from collections.abc import Callable
from typing import Any

from functions.archivist.checkpoints import MAX_LEAVES, seal_journal
from functions.archivist.months import RETENTION_DAYS, Archiving
from functions.contract.archivist import ArchivistAnswer, ArchivistRequest, Failure
from functions.contract.problems import Problem
from functions.gateway.context import Context
from functions.gateway.endpoint import endpoint

# This month and three ahead.
MONTHS = 4
# An officer answers within seconds; after so long its directive needs a person's eye.
UNRESOLVED_AFTER_SECONDS = 900
MAX_EXPIRE_CALLS = 20

logger = logging.getLogger(__name__)


@endpoint(roles=frozenset({"archivist"}), request=ArchivistRequest)
def archivist(request: ArchivistRequest, context: Context) -> ArchivistAnswer:
    """Expire, make partitions, seal the journal, archive months if asked to, and name what needs a person.

    Every call is a transaction of its own and safe to repeat, so a run may be killed anywhere; two at once
    do each thing once. A part that fails is named in the answer, and the others are done all the same.
    """
    max_leaves = request.max_leaves or MAX_LEAVES
    run = _Run(context)
    answer = run.expired()
    answer |= run.part("partitions", lambda: _partitions(context, answer["server_time"]))
    answer |= run.part("checkpoint", lambda: seal_journal(context, max_leaves))
    if request.archive:
        days = request.retention_days or RETENTION_DAYS
        archiving = Archiving(context.call, days, lambda: answer.update(_sealed(context, max_leaves, answer)))
        answer |= run.part("archive", lambda: {"months": tuple(archiving.months())})
    answer |= run.part("unresolved", lambda: _unresolved(context))
    return ArchivistAnswer.model_validate(answer | {"failures": tuple(run.failures)})


class _Run:
    """One run, and what failed of it."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.failures: list[Failure] = []

    def expired(self) -> dict[str, Any]:
        """An answer with what was cancelled. It needs no lock: if this fails, so would everything else."""
        cancelled = 0
        for _ in range(MAX_EXPIRE_CALLS):
            done = self.context.call("expire_directives")
            cancelled += done["cancelled"]
            if not done["remaining"]:
                break
        return _nothing() | {"server_time": done["at"], "cancelled": cancelled}

    def part(self, name: str, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """What `do` returns, or nothing if it fails. Raises Problem where the request itself is to blame."""
        try:
            return do()
        except Problem as problem:
            if problem.status == 422:
                raise
            logger.error("the archivist's part %s failed: %s", name, problem)
            self.failures.append(Failure.model_validate({"part": name, "code": problem.code}))
            return {}


def _nothing() -> dict[str, Any]:
    return {
        "partitions_made": 0,
        "checkpoint": None,
        "leaves_added": 0,
        "months": (),
        "unresolved": (),
        "unresolved_count": 0,
    }


def _partitions(context: Context, at: str) -> dict[str, Any]:
    made = context.call("premake_partitions", p_from=at, p_months=MONTHS)
    return {"partitions_made": made["made"]}


def _sealed(context: Context, max_leaves: int, answer: dict[str, Any]) -> dict[str, Any]:
    sealed = seal_journal(context, max_leaves)
    return sealed | {"leaves_added": answer["leaves_added"] + sealed["leaves_added"]}


def _unresolved(context: Context) -> dict[str, Any]:
    found = context.call("unresolved_directives", p_older_than_seconds=UNRESOLVED_AFTER_SECONDS)
    for directive in found["directives"]:
        logger.warning(
            "directive %s of %s was acknowledged at %s and has no result",
            directive["directive_no"],
            directive["account_id"],
            directive["acknowledged_at"],
        )
    return {"unresolved": found["directives"], "unresolved_count": found["count"]}
