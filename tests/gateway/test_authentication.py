"""API keys: found, remembered for seconds, forgotten when revoked, and never guessed at."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from functions.contract.problems import Problem
from functions.gateway import authentication
from functions.gateway.authentication import Authenticator
from functions.ledger.caller import Caller
from functions.ledger.client import ledger
from tests.support.project import MakeProject, Project

CACHE_SECONDS = 5


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def officer_key(project: Project) -> str:
    return project.issue_key("officer", project.open_account())


@pytest.fixture
def authenticator(project: Project, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Authenticator:
    source = ledger()
    settings = source.settings.model_copy(update={"api_key_cache_seconds": CACHE_SECONDS})
    monkeypatch.setattr(source, "settings", settings)
    return Authenticator(source, clock=clock)


def caller_of(authenticator: Authenticator, key: str) -> Caller:
    return authenticator.authenticate(f"Bearer {key}", "request-1")


def refusal_of(authenticator: Authenticator, key: str) -> str:
    with pytest.raises(Problem) as caught:
        caller_of(authenticator, key)
    return caught.value.code


def key_id(key: str) -> str:
    return key.split("_")[1]


def test_a_key_stands_for_its_role_and_account(authenticator: Authenticator, officer_key: str) -> None:
    assert caller_of(authenticator, officer_key) == Caller("officer", key_id(officer_key), "demo-1")


def test_the_word_bearer_may_be_written_as_one_likes(authenticator: Authenticator, officer_key: str) -> None:
    assert authenticator.authenticate(f"bearer  {officer_key} ", "request-1").role == "officer"


def test_a_wrong_secret_is_told_no_more_than_an_unknown_key(
    authenticator: Authenticator, officer_key: str, project: Project
) -> None:
    project.call("operator", "revoke_api_key", p_key_id=key_id(officer_key))
    wrong = officer_key[:-1] + ("A" if officer_key[-1] != "A" else "B")

    assert refusal_of(authenticator, wrong) == "api_key_invalid"
    assert refusal_of(authenticator, f"ds_{'0' * 12}_{'A' * 43}") == "api_key_invalid"
    assert refusal_of(authenticator, officer_key) == "api_key_revoked"


def test_a_key_is_remembered_for_its_cache_time_and_no_longer(
    authenticator: Authenticator, officer_key: str, project: Project, clock: Clock
) -> None:
    caller_of(authenticator, officer_key)
    project.call("operator", "revoke_api_key", p_key_id=key_id(officer_key))

    clock.now += CACHE_SECONDS - 0.1
    assert caller_of(authenticator, officer_key)
    clock.now += 0.2
    assert refusal_of(authenticator, officer_key) == "api_key_revoked"


def test_a_remembered_key_needs_no_ledger(
    authenticator: Authenticator, officer_key: str, project: Project, clock: Clock
) -> None:
    caller_of(authenticator, officer_key)
    project.rest.kill()

    assert caller_of(authenticator, officer_key)
    clock.now += CACHE_SECONDS + 1
    assert refusal_of(authenticator, officer_key) == "ledger_unavailable"


def test_an_unknown_key_is_remembered_as_unknown(
    authenticator: Authenticator, project: Project, clock: Clock
) -> None:
    unknown = f"ds_{'0' * 12}_{'A' * 43}"
    assert refusal_of(authenticator, unknown) == "api_key_invalid"
    project.rest.kill()

    assert refusal_of(authenticator, unknown) == "api_key_invalid"
    clock.now += CACHE_SECONDS + 1
    assert refusal_of(authenticator, unknown) == "ledger_unavailable"


def test_a_key_ends_when_it_expires_even_while_it_is_remembered(
    authenticator: Authenticator, project: Project
) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=0.5)
    key = project.issue_key("director", expires_at=soon.isoformat())
    assert caller_of(authenticator, key).role == "director"

    while datetime.now(UTC) < soon:
        pass
    assert refusal_of(authenticator, key) == "api_key_revoked"


def test_made_up_keys_push_out_no_known_one_and_are_bounded(
    authenticator: Authenticator, officer_key: str, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "MAX_UNKNOWN", 10)
    caller_of(authenticator, officer_key)
    for number in range(30):
        refusal_of(authenticator, f"ds_{number:012}_{'A' * 43}")

    assert len(authenticator._unknown) == 10
    project.rest.kill()
    assert caller_of(authenticator, officer_key)


def test_the_number_of_known_keys_is_bounded(
    authenticator: Authenticator, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(authentication, "MAX_KNOWN", 3)
    for _ in range(5):
        caller_of(authenticator, project.issue_key("director"))

    assert len(authenticator._known) == 3


def test_threads_are_never_given_each_others_identity(
    authenticator: Authenticator, project: Project, clock: Clock
) -> None:
    keys = [project.issue_key("officer", project.open_account(f"demo-{number}")) for number in range(8)]

    def found(turn: int) -> bool:
        clock.now += 1  # so that keys fall out of the cache all the time
        caller = caller_of(authenticator, keys[turn % 8])
        return caller == Caller("officer", key_id(keys[turn % 8]), f"demo-{turn % 8}")

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(found, range(200)))


def test_over_http_a_revoked_key_stops_working_within_the_cache_time(make_project: MakeProject) -> None:
    with make_project(settings={"API_KEY_CACHE_SECONDS": "0.5"}) as project:
        key = project.issue_key("director")
        body = {"max_signals": 1}
        assert project.send("/director", body, key=key).status == 200
        project.call("operator", "revoke_api_key", p_key_id=key_id(key))

        deadline = datetime.now(UTC) + timedelta(seconds=0.6)
        while datetime.now(UTC) < deadline:
            pass
        assert project.send("/director", body, key=key).code == "api_key_revoked"
