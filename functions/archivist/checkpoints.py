"""Seals the journal, and writes each checkpoint down where the database cannot reach it: in the log."""

import logging
from typing import Any

from functions.gateway.context import Context

EVENT = "ledger.checkpointed"
"""The name under which `scripts/distort verify --checkpoints` and log queries find the copies."""

MAX_LEAVES = 50_000
"""How many journal rows one checkpoint covers, unless somebody says otherwise."""

# A backlog beyond this many checkpoints waits for the next run.
MAX_CHECKPOINTS = 20

_log = logging.getLogger(__name__)
# The copy is evidence: whatever LOG_LEVEL says, it is written.
_log.setLevel(logging.INFO)


def seal_journal(context: Context, max_leaves: int) -> dict[str, Any]:
    """Cover what no checkpoint covers yet, `max_leaves` rows at a time.

    Returns the newest `checkpoint` (None while there is none) and `leaves_added`. Raises Problem.
    """
    leaves_added = 0
    for _ in range(MAX_CHECKPOINTS):
        sealed = context.call("make_checkpoint", p_max_leaves=max_leaves)
        leaves_added += sealed["leaves_added"]
        _write_down(sealed["checkpoint"])
        if not sealed["remaining"]:
            break
    return {"checkpoint": sealed["checkpoint"], "leaves_added": leaves_added}


def _write_down(checkpoint: dict[str, Any] | None) -> None:
    # An old one too: whoever made it may have been killed before writing it down, or have no log (pg_cron).
    if checkpoint:
        _log.info(EVENT, extra={"fields": {"event": EVENT, "checkpoint": checkpoint}})
