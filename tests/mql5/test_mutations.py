"""The sweep is honest: faults planted in the officer do not get past it."""

from pathlib import Path

import pytest

from mql5.simulator import mutations
from mql5.simulator.build import INCLUDE
from mql5.simulator.mutations import Mutation

LISTED = mutations.load()


def source(mutation: Mutation) -> Path:
    return INCLUDE / mutations.SOURCES / mutation.file


def test_there_are_enough_of_them() -> None:
    assert len(LISTED) >= 25
    assert len({mutation.name for mutation in LISTED}) == len(LISTED)


@pytest.mark.parametrize("mutation", LISTED, ids=[mutation.name for mutation in LISTED])
def test_every_fault_has_its_place_in_the_officer(mutation: Mutation) -> None:
    text = source(mutation).read_text(encoding="utf-8")
    assert mutation.applied_to(text) != text


def test_a_fault_that_has_lost_its_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="occurs 0 times"):
        LISTED[0].applied_to("")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("simulator")
@pytest.mark.parametrize(
    "name",
    [
        "sending_is_not_flushed",
        pytest.param("commission_of_one_deal_only", marks=pytest.mark.long),
        pytest.param("holes_behind_the_newest_bar_stay", marks=pytest.mark.long),
    ],
)
def test_a_planted_fault_is_caught(name: str) -> None:
    # All of them take minutes: scripts/distort sweep --mutations.
    (mutation,) = (one for one in LISTED if one.name == name)
    assert mutations.judge(mutation).caught
