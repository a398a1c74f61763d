"""What a request must show before its body is looked at: path, method, contract version, key, role, time."""

from datetime import datetime

import flask

from functions.contract.problems import Problem
from functions.contract.scalars import parse_timestamp
from functions.gateway.answers import CONTRACT_VERSION
from functions.gateway.authentication import authenticator
from functions.ledger.caller import Caller


def require_path(http: flask.Request, function: str) -> None:
    """Refuse any path but the function's own, with not_found.

    Mounted or deployed by itself it is `/`; behind a load balancer that hands paths on, `/<function>`.
    """
    if http.path != "/" and (http.root_path not in {"", "/"} or http.path != f"/{function}"):
        raise Problem("not_found", f"There is nothing at this path; {function} is served at its own.")


def require_method(http: flask.Request, method: str) -> None:
    """Refuse any other method, with method_not_allowed."""
    if http.method != method:
        raise Problem("method_not_allowed", f"Only {method} is allowed here.")


def require_contract_version(http: flask.Request) -> None:
    """Refuse another contract, with contract_version_missing or contract_version_unsupported."""
    version = http.headers.get("X-Contract-Version", "").strip()
    if not version:
        raise Problem("contract_version_missing", "The header X-Contract-Version is missing.")
    if version != CONTRACT_VERSION:
        raise Problem(
            "contract_version_unsupported",
            f"This server speaks contract version {CONTRACT_VERSION} only.",
            hint=f"Upgrade the caller to contract version {CONTRACT_VERSION}.",
        )


def caller(http: flask.Request, roles: frozenset[str], request_id: str) -> Caller:
    """Who calls, if it is one of `roles`. Raises Problem: api_key_* or role_not_allowed."""
    found = authenticator().authenticate(http.headers.get("Authorization"), request_id)
    if found.role not in roles:
        raise Problem("role_not_allowed", f"This is not for an API key of the role {found.role}.")
    return found


def simulated_time(http: flask.Request) -> datetime | None:
    """The time of X-Simulated-Time, in UTC, or None. Raises Problem simulated_time_invalid."""
    given = http.headers.get("X-Simulated-Time")
    if given is None:
        return None
    try:
        return parse_timestamp(given)
    except ValueError as error:
        raise Problem("simulated_time_invalid", f"The header X-Simulated-Time {error}.") from error
