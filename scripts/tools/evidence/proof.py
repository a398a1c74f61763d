"""`scripts/distort proof` and `checkpoint`: Merkle proofs from the ledger, checked here and not believed."""

import json
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from scripts.tools.evidence.merkle import leaf_hash, verify_consistency, verify_inclusion
from scripts.tools.evidence.verify.checkpoints import Checkpoint
from scripts.tools.operator.ledger import Answer
from scripts.tools.operator.options import AsJson, StackName, ask, say

app = typer.Typer(no_args_is_help=True, help="Proofs that the journal is what its checkpoints say.")

CheckpointNo = Annotated[int | None, typer.Argument(help="The later checkpoint; default: the last.")]


def checkpoint(*, stack: StackName = None, as_json: AsJson = False) -> None:
    """Seal all that is in the journal by now; without anything new the last checkpoint is shown."""
    answer = ask(stack, lambda operator: operator.make_checkpoint())
    told = answer["checkpoint"]
    verb = "is new" if answer["made"] else "already covers all there is"
    say(answer, _about(told, verb) if told else "the journal is empty", as_json=as_json)


@app.command()
def inclusion(
    journal_id: Annotated[int, typer.Argument(help="The journal row.")],
    checkpoint_no: Annotated[
        int | None, typer.Option("--checkpoint", help="The checkpoint's number; default: the last.")
    ] = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Prove that a checkpoint covers a journal row; exit code 1 if the proof does not hold."""
    proof = dict(ask(stack, lambda operator: operator.inclusion_proof(journal_id, checkpoint_no)))
    told = proof["checkpoint"]
    sentence = (
        f"journal row {journal_id} was sealed with the hash {proof['row_hash']} as leaf {proof['leaf_no']}"
    )
    # The leaf outlives its row, so it says nothing about the row as it is now.
    now = "Whether the row is still there and has this hash, `scripts/distort verify` says."
    _show(proof, includes, f"{sentence} of\n{_about(told, 'covers it')}\n{now}", as_json=as_json)


@app.command()
def consistency(
    earlier: Annotated[int, typer.Argument(help="The earlier checkpoint.")],
    later: CheckpointNo = None,
    *,
    stack: StackName = None,
    as_json: AsJson = False,
) -> None:
    """Prove that a checkpoint covers all that an earlier one did; exit code 1 if the proof does not hold."""
    proof = dict(ask(stack, lambda operator: operator.consistency_proof(earlier, later)))
    first, second = _about(proof["from"], "is the beginning of"), _about(proof["to"], "continues it")
    _show(proof, continues, f"{first}\n{second}", as_json=as_json)


def includes(proof: Answer) -> bool:
    """Whether an answer of api.inclusion_proof proves what it says."""
    told = Checkpoint(**proof["checkpoint"])
    leaf = leaf_hash(proof["journal_id"], bytes.fromhex(proof["row_hash"]))
    root = bytes.fromhex(told.root_hash)
    return told.sealed() == told.hash and verify_inclusion(
        leaf, proof["leaf_no"], told.tree_size, _path(proof), root
    )


def continues(proof: Answer) -> bool:
    """Whether an answer of api.consistency_proof proves what it says."""
    first, second = Checkpoint(**proof["from"]), Checkpoint(**proof["to"])
    roots = (bytes.fromhex(first.root_hash), bytes.fromhex(second.root_hash))
    sealed = first.sealed() == first.hash and second.sealed() == second.hash
    return sealed and verify_consistency(first.tree_size, second.tree_size, _path(proof), *roots)


def _show(proof: Answer, check: Callable[[Answer], bool], sentence: str, *, as_json: bool) -> None:
    holds = check(proof)
    verdict = "The proof holds." if holds else "The proof does NOT hold: the ledger was tampered with."
    path = "".join(f"  {node}\n" for node in proof["path"])
    # Only who kept a checkpoint himself knows that the ledger speaks of the same one.
    advice = "Compare the checkpoint's hash with a copy kept outside the database."
    text = f"{sentence}\npath:\n{path}{verdict} {advice}"
    sys.stdout.write((json.dumps(proof | {"holds": holds}, indent=2) if as_json else text) + "\n")
    raise typer.Exit(0 if holds else 1)


def _about(told: Answer, verb: str) -> str:
    size, moment = told["tree_size"], told["checkpointed_at"]
    return (
        f"checkpoint {told['checkpoint_no']} of {moment} over {size} rows {verb}\n"
        f"  root {told['root_hash']}\n  hash {told['hash']}"
    )


def _path(proof: Answer) -> list[bytes]:
    return [bytes.fromhex(node) for node in proof["path"]]
