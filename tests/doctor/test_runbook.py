"""The runbook has an answer to every finding and alert, and every command in it exists."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from scripts.tools.cli import app
from tests.database.situations import SITUATIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
RUNBOOK = (DOCS / "runbook.md").read_text()
RULES: list[dict[str, Any]] = yaml.safe_load((DOCS / "alerts.yml").read_text())["groups"][0]["rules"]
MIGRATIONS = sorted((DOCS.parent / "supabase" / "migrations").glob("*.sql"))


def anchor(heading: str) -> str:
    """What a heading is called in a link, as GitHub makes it."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


SECTIONS = {
    anchor(part.split("\n", 1)[0]): part for part in re.split(r"^#{2,3} ", RUNBOOK, flags=re.MULTILINE)[1:]
}


def commands() -> set[str]:
    """Every command that the runbook, or a remedy in SQL, says to type, without its arguments."""
    text = RUNBOOK + "\n".join(path.read_text() for path in MIGRATIONS)
    typed = re.findall(r"scripts/distort ([^`\n'\";]*)", text)
    words = (re.match(r"[a-z]+(?: [a-z]+)?", command) for command in typed)
    return {word[0] for word in words if word}


@pytest.mark.parametrize("kind", SITUATIONS)
def test_every_kind_of_finding_is_in_the_table_and_in_the_section_it_leads_to(kind: str) -> None:
    (row,) = [
        line for line in SECTIONS["findings"].splitlines() if line.startswith("|") and f"`{kind}`" in line
    ]

    link = re.search(r"\(#([a-z0-9-]+)\)", row)

    if link:
        assert f"`{kind}`" in SECTIONS[link[1]]
    else:
        assert "scripts/distort" in row


def test_the_table_names_no_finding_that_there_is_not() -> None:
    cells = [line.split("|")[1] for line in SECTIONS["findings"].splitlines() if line.startswith("| `")]

    assert {name for cell in cells for name in re.findall(r"`([a-z_]+)`", cell)} == set(SITUATIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_every_alert_leads_to_a_section_that_knows_it(rule: dict[str, Any]) -> None:
    document, _, section = rule["annotations"]["runbook"].partition("#")

    assert document == "docs/runbook.md"
    assert section in SECTIONS
    if not rule["alert"].endswith("Finding"):
        assert f"`{rule['alert']}`" in SECTIONS[section]


def test_the_runbook_names_no_alert_that_there_is_not() -> None:
    named = set(re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)`", RUNBOOK))

    assert named == {rule["alert"] for rule in RULES if not rule["alert"].endswith("Finding")}


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", RUNBOOK):
        document, _, section = target.partition("#")
        assert (DOCS / document).exists() if document else section in SECTIONS, target


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_that_somebody_is_told_to_type_exists(command: str) -> None:
    words = shlex.split(command)
    found = CliRunner().invoke(app, [*words, "--help"])
    if found.exit_code and len(words) == 2:  # the second word was an argument
        found = CliRunner().invoke(app, [words[0], "--help"])
        assert "COMMAND" not in found.output, command

    assert found.exit_code == 0, command


def test_every_failure_says_what_the_system_does_by_itself_and_what_a_person_does() -> None:
    by_hand = {
        "restore-from-a-backup",
        "simulated-time-is-on",
        "report-a-fact-by-hand",
        "keys-ending-lost-leaked",
    }
    headings = re.findall(r"^### (.*)", RUNBOOK, re.MULTILINE)

    assert len(headings) >= 18
    for section in map(anchor, headings):
        assert re.search(
            r"\*\*You\.\*\*|`scripts/distort|^```bash|^- \*\*Postg", SECTIONS[section], re.MULTILINE
        )
        assert "**By itself.**" in SECTIONS[section] or section in by_hand
