"""The simulator's protocol server refuses what the real functions refuse."""

import pytest

from tests.database.story import FIRST_EA
from tests.mql5.twins import Twins
from tests.support.clock import T0


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Contract-Version": None},
        {"X-Contract-Version": "2"},
        {"Authorization": None},
        {"Authorization": "Bearer ds_abcdefghijkl_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ"},
        {"Content-Type": "text/plain"},
    ],
)
def test_the_door_refuses_the_same(twins: Twins, headers: dict[str, str | None]) -> None:
    body = {"instance_id": FIRST_EA, "max_directives": 1, "unresolved": []}
    assert twins.send("/poll", body, at=T0, headers=headers)["code"]


@pytest.mark.parametrize(
    "body",
    ["{", '{"instance_id": 1}', f'{{"instance_id": "{FIRST_EA}", "max_directives": 0, "unresolved": []}}'],
)
def test_bodies_that_are_no_message_are_refused_the_same(twins: Twins, body: str) -> None:
    assert twins.send("/poll", body, at=T0)["code"] in {"request_not_json", "request_invalid"}
