"""The alert rules are rules that Prometheus loads, over numbers that the ledger tells."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from functions.metrics.families import FAMILIES

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT: dict[str, Any] = yaml.safe_load((DOCS / "alerts.yml").read_text())
RULES: list[dict[str, Any]] = [rule for group in DOCUMENT["groups"] for rule in group["rules"]]
NAMES = {f"{family.name}_total" if family.kind == "counter" else family.name: family for family in FAMILIES}
# What a label can be where that is no name of the user's.
VALUES = {
    "queue": {
        "signals_pending",
        "directives_pending",
        "directives_unresolved",
        "outcomes_unknown",
        "reservations",
        "positions",
    },
    "quantile": {"0.5", "0.9", "0.99"},
    "severity": {"critical", "warning", "info"},
    "what": {"ack", "report"},
    "operation": {"inserted", "updated", "deleted"},
    "silent_for": {
        "under_15_seconds",
        "under_1_minute",
        "under_5_minutes",
        "under_1_hour",
        "longer",
        "never_seen",
    },
}
SELECTOR = re.compile(r"(distortsignals_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|=|!=|!~)"([^"]*)"')


each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))


def test_the_file_has_the_form_that_prometheus_loads() -> None:
    assert set(DOCUMENT) == {"groups"}
    assert all(set(group) <= {"name", "rules", "interval"} for group in DOCUMENT["groups"])
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 15


@each_rule
def test_a_rule_has_what_a_rule_may_have(rule: dict[str, Any]) -> None:
    assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
    assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])
    assert re.fullmatch(r"\d+[smhd]", rule.get("for", "0s"))
    assert rule["labels"] in ({"severity": "critical"}, {"severity": "warning"})
    assert rule["annotations"].keys() == {"summary", "runbook"}
    assert rule["annotations"]["summary"].endswith(".")


@each_rule
def test_an_expression_is_promql_that_compares_something(rule: dict[str, Any]) -> None:
    promql_parser.parse(rule["expr"])

    assert re.search(r" (==|<|>) ", rule["expr"])


def test_the_parser_refuses_what_is_no_promql() -> None:
    with pytest.raises(ValueError, match="unexpected character"):
        promql_parser.parse("rate(distortsignals_journal_rows_total[5m) > 0")


@each_rule
def test_an_expression_is_about_families_labels_and_values_that_there_are(rule: dict[str, Any]) -> None:
    selectors = SELECTOR.findall(rule["expr"])

    assert selectors or rule["expr"] == 'up{job="distortsignals"} == 0'
    for name, matchers in selectors:
        assert name in NAMES
        for label, _, value in MATCHER.findall(matchers):
            assert label in NAMES[name].labels
            assert set(value.split("|")) <= VALUES[label]


@each_rule
def test_a_counter_is_only_looked_at_by_its_rate(rule: dict[str, Any]) -> None:
    counters = re.findall(r"distortsignals_\w+_total", rule["expr"])

    assert rule["expr"].count("rate(distortsignals_") == len(counters)


@each_rule
def test_a_label_in_a_summary_is_one_that_the_alert_has(rule: dict[str, Any]) -> None:
    used = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
    grouped = re.search(r"by \((\w+)\)", rule["expr"])
    has = (
        {grouped[1]}
        if grouped
        else {label for name, _ in SELECTOR.findall(rule["expr"]) for label in NAMES[name].labels}
    )

    assert used <= has


def test_the_document_explains_every_family_and_no_other() -> None:
    text = (DOCS / "metrics.md").read_text()
    explained = {
        name: set(filter(None, (label.strip() for label in labels.split(","))))
        for name, labels in re.findall(r"^\| `(distortsignals_\w+)` \|([^|]*)\|", text, re.MULTILINE)
    }

    assert explained == {name: set(family.labels) for name, family in NAMES.items()}
    assert set(re.findall(r"distortsignals_\w+", text)) == set(NAMES)


def test_every_name_follows_the_conventions_of_prometheus() -> None:
    for name, family in NAMES.items():
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", name)
        assert family.help.endswith(".")
        assert not (family.kind == "gauge" and name.endswith("_total"))
