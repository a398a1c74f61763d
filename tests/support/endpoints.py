"""Every POST function: its path, who may call it, and a request that is valid."""

import json
from dataclasses import dataclass
from typing import Any

from functions.contract.problems import CONTRACTS_FOLDER

ROLES = ("archivist", "director", "feed", "generator", "monitor", "officer")


@dataclass(frozen=True)
class Endpoint:
    """One POST function and the roles of API keys it is open to."""

    path: str
    roles: frozenset[str]

    @property
    def name(self) -> str:
        """The function's name."""
        return self.path.strip("/")

    def valid_request(self) -> dict[str, Any]:
        """The first of the contract's valid examples."""
        folder = CONTRACTS_FOLDER / "examples" / "valid" / f"{self.name}_request"
        document: dict[str, Any] = json.loads(min(folder.glob("*.json")).read_text())
        return document

    def invalid_requests(self) -> dict[str, bytes]:
        """The contract's invalid examples, as bytes, by name."""
        folder = CONTRACTS_FOLDER / "examples" / "invalid" / f"{self.name}_request"
        return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.json"))}


ENDPOINTS = (
    Endpoint("/ack", frozenset({"officer"})),
    Endpoint("/archivist", frozenset({"archivist"})),
    Endpoint("/bars", frozenset({"feed", "officer"})),
    Endpoint("/director", frozenset({"director"})),
    Endpoint("/fetch", frozenset({"feed"})),
    Endpoint("/generator", frozenset({"generator"})),
    Endpoint("/poll", frozenset({"officer"})),
    Endpoint("/report", frozenset({"officer"})),
    Endpoint("/sync", frozenset({"officer"})),
)
