"""Each attack on a ledger shows, or docs/evidence.md says that it does not and why."""

import re
from pathlib import Path

import pytest

from scripts.tools.evidence.verify.findings import Code
from tests.evidence import forge
from tests.evidence.attacks import ATTACKS
from tests.evidence.conftest import Evidence

DOCUMENT = Path(__file__).parents[2] / "docs/evidence.md"


@pytest.mark.parametrize("name", ATTACKS)
def test_what_of_an_attack_shows(evidence: Evidence, name: str) -> None:
    attack = ATTACKS[name]
    forge.disarm(evidence.database)
    attack.run(evidence.database)

    alone, with_copy = evidence.verify(), evidence.verify(with_copy=True)

    assert {code.value for code in alone.findings.counts} == attack.alone, list(map(str, alone.findings.kept))
    assert {code.value for code in with_copy.findings.counts} == attack.with_copy
    assert alone.intact == (not attack.alone)


def test_the_documentation_says_of_each_attack_what_shows() -> None:
    assert _documented() == {name: (attack.alone, attack.with_copy) for name, attack in ATTACKS.items()}


def test_every_code_is_documented_and_all_but_that_of_a_bad_copy_are_met_by_an_attack() -> None:
    met = frozenset[str]().union(*(attack.with_copy for attack in ATTACKS.values()))

    assert met == {code.value for code in Code} - {"copy_invalid"}
    assert set(re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT.read_text(), re.MULTILINE)) == {*Code}


def _documented() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """The table of attacks: what is found alone, and with the copy; a dash for nothing."""
    _, _, table = DOCUMENT.read_text().partition("| attack |")
    rows = (line.strip("| ").split(" | ") for line in table.split("\n\n")[0].splitlines()[2:])
    return {name: (_codes(alone), _codes(with_copy)) for name, alone, with_copy in rows}


def _codes(cell: str) -> frozenset[str]:
    return frozenset(re.findall(r"`([a-z_]+)`", cell))
