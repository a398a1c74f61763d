"""What the tests of the contract share: the model of each message, verdicts, examples, and the seed."""

import json
import os
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from functions.contract.account import AccountState, BrokerOrder, BrokerPosition, Instrument
from functions.contract.ack import AckAnswer, AckRequest
from functions.contract.archivist import ArchivistAnswer, ArchivistRequest
from functions.contract.bar import Bar, BarsAnswer, BarsRequest, WantedBars
from functions.contract.base import Message
from functions.contract.decision import RiskDecision
from functions.contract.directive import Directive
from functions.contract.director import DirectorAnswer, DirectorRequest
from functions.contract.execution import ExecutionEvent
from functions.contract.fetch import FetchAnswer, FetchRequest
from functions.contract.generator import GeneratorAnswer, GeneratorRequest
from functions.contract.health import HealthAnswer
from functions.contract.poll import PollAnswer, PollRequest
from functions.contract.problems import CONTRACTS_FOLDER, ProblemDocument
from functions.contract.report import ReportAnswer, ReportRequest
from functions.contract.signal import Signal
from functions.contract.sync import SyncAnswer, SyncRequest

# Every run tries the same documents, so that a failure can be seen again; another seed tries others.
SEED: Final = int(os.environ.get("TEST_SEED", "20260105"))

MODELS: Final[dict[str, type[Message]]] = {
    "account_state": AccountState,
    "ack_answer": AckAnswer,
    "ack_request": AckRequest,
    "archivist_answer": ArchivistAnswer,
    "archivist_request": ArchivistRequest,
    "bar": Bar,
    "bars_answer": BarsAnswer,
    "bars_request": BarsRequest,
    "broker_order": BrokerOrder,
    "broker_position": BrokerPosition,
    "directive": Directive,
    "director_answer": DirectorAnswer,
    "director_request": DirectorRequest,
    "execution_event": ExecutionEvent,
    "fetch_answer": FetchAnswer,
    "fetch_request": FetchRequest,
    "generator_answer": GeneratorAnswer,
    "generator_request": GeneratorRequest,
    "health_answer": HealthAnswer,
    "instrument": Instrument,
    "poll_answer": PollAnswer,
    "poll_request": PollRequest,
    "problem": ProblemDocument,
    "report_answer": ReportAnswer,
    "report_request": ReportRequest,
    "risk_decision": RiskDecision,
    "signal": Signal,
    "sync_answer": SyncAnswer,
    "sync_request": SyncRequest,
    "wanted_bars": WantedBars,
}


def model_accepts(name: str, document: Any) -> bool:
    """Whether the model of the message accepts the document (parsed JSON)."""
    try:
        MODELS[name].model_validate(document)
    except ValidationError:
        return False
    return True


def example_paths(verdict: str) -> list[Path]:
    """All examples of one verdict (`valid` or `invalid`), in a fixed order."""
    return sorted((CONTRACTS_FOLDER / "examples" / verdict).glob("*/*.json"))


def label(path: Path) -> str:
    """An example as pytest should name it: `signal/open_without_side`."""
    return f"{path.parent.name}/{path.stem}"


def read(path: Path) -> Any:
    """The parsed JSON of a file."""
    return json.loads(path.read_bytes())


def valid_examples(name: str) -> list[Any]:
    """The valid examples of one message."""
    return [read(path) for path in example_paths("valid") if path.parent.name == name]
