"""The operator's commands, run as typed, against a real ledger."""

import hashlib
import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scripts.tools.cli import app
from scripts.tools.operator.ledger import OperatorError
from tests.support.project import Project

ACCOUNT = ("account", "open", "demo-1", "--login", "7", "--server", "Demo", "--currency", "USD")
PARAMETERS = {
    "fast_bars": 8,
    "slow_bars": 21,
    "atr_bars": 10,
    "stop_distance_atr": "2",
    "reward_to_risk": "1.5",
    "half_strength_atr": "0.05",
    "sides": "both",
    "valid_bars": 1,
}
STRATEGY = ("strategy", "save", "cross", "--kind", "ema_cross", "--symbol", "EURUSD", "--timeframe", "H1")


def run(*arguments: str) -> Result:
    """What a command prints; OperatorError is raised as it is."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def answer(*arguments: str) -> dict[str, Any]:
    """What a command prints with --json."""
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    document: dict[str, Any] = json.loads(result.stdout)
    return document


def save_strategy(**changes: object) -> Result:
    """Save the strategy with these parameters."""
    return run(*STRATEGY, "--parameters", json.dumps(PARAMETERS | changes))


def test_an_account_is_opened_with_the_usual_limits_and_the_ones_given(project: Project) -> None:
    assert answer(*ACCOUNT, "--risk-per-trade", "0.02", "--no-enabled")["account_id"] == "demo-1"

    (row,) = project.rows("select * from ledger.accounts")
    assert (str(row["risk_per_trade"]), row["enabled"], row["max_in_flight"]) == ("0.02", False, 5)
    assert (row["login"], row["server"], row["currency"]) == (7, "Demo", "USD")
    assert project.journal() == ["account.opened"]


def test_only_the_limits_that_are_given_change(project: Project) -> None:
    run(*ACCOUNT, "--volume-max-lots", "3")

    run("account", "change", "demo-1", "--max-in-flight", "2")

    (row,) = project.rows("select max_in_flight, volume_max_lots from ledger.accounts")
    assert (row["max_in_flight"], str(row["volume_max_lots"])) == (2, "3")
    assert project.journal() == ["account.opened", "account.changed"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--risk-per-trade", "0"),
        ("--risk-per-trade", "1.5"),
        ("--risk-per-trade", "much"),
        ("--min-strength", "2"),
        ("--volume-max-lots", "-1"),
        ("--max-in-flight", "0"),
        ("--max-slippage-points", "100001"),
        ("--currency", "dollars"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_by_its_name(
    project: Project, option: str, value: str
) -> None:
    with pytest.raises(OperatorError, match=option.removeprefix("--").replace("-", "_")):
        run(*ACCOUNT, option, value)

    assert project.journal() == []


def test_an_account_opened_with_other_data_is_a_conflict(project: Project) -> None:
    run(*ACCOUNT)

    with pytest.raises(OperatorError, match="account_conflict"):
        run(*ACCOUNT, "--max-in-flight", "9")


def test_an_account_gets_limits_and_gives_them_back(project: Project) -> None:
    run(*ACCOUNT, "--max-daily-loss", "0.05", "--max-consecutive-losses", "3", "--cool-down-seconds", "60")
    run(
        *("account", "change", "demo-1", "--max-daily-loss", "none", "--no-allow-duplicates"),
        *("--max-spread-points", "15", "--sessions", "Fri-Sat 07:00-16:30, mon 22:00-24:00"),
    )

    (row,) = project.rows("select * from ledger.accounts")
    assert (row["max_daily_loss"], row["max_consecutive_losses"], row["max_spread_points"]) == (None, 3, 15)
    assert row["allow_duplicates"] is False
    assert row["sessions"] == [
        {"day": "fri", "opens": "07:00", "closes": "16:30"},
        {"day": "sat", "opens": "07:00", "closes": "16:30"},
        {"day": "mon", "opens": "22:00", "closes": "24:00"},
    ]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--max-daily-loss", "0"), "max_daily_loss"),
        (("--max-drawdown", "1.5"), "max_drawdown"),
        (("--max-open-positions-group", "few"), "max_open_positions_group"),
        (("--max-consecutive-losses", "3"), "come together"),
        (("--opposite-positions", "close"), "opposite_positions"),
        (("--sessions", "always"), "no session"),
        (("--sessions", "mon 16:00-07:00"), "sessions"),
        (("--equity-marks-since", "lately"), "no time"),
    ],
)
def test_an_optional_limit_that_makes_no_sense_is_refused(
    project: Project, options: tuple[str, str], named: str
) -> None:
    with pytest.raises(OperatorError, match=named):
        run(*ACCOUNT, *options)

    assert project.journal() == []


def test_groups_and_news_are_saved_and_called_off(project: Project) -> None:
    run("group", "save", "majors", "EURUSD", "GBPUSD")
    window = (
        "news",
        "save",
        "USD",
        "--from",
        "2026-01-30T13:00",
        "--to",
        "2026-01-30T14:00",
        "--label",
        "CPI",
    )
    assert answer(*window)["ends_at"] == "2026-01-30T14:00:00Z"
    run(*window, "--no-enabled")
    run("group", "save", "majors")

    assert project.rows("select symbols from ledger.correlation_groups") == [{"symbols": []}]
    assert project.rows("select enabled from ledger.news_windows") == [{"enabled": False}]
    with pytest.raises(OperatorError, match="ends after it starts"):
        run("news", "save", "USD", "--from", "2026-01-30", "--to", "2026-01-30", "--label", "CPI")


def test_nothing_to_change_is_said_so(project: Project) -> None:
    with pytest.raises(OperatorError, match="nothing to change"):
        run("account", "change", "demo-1")


def test_a_strategy_is_saved_with_the_bars_its_parameters_need(project: Project) -> None:
    assert save_strategy().exit_code == 0

    (row,) = project.rows("select * from ledger.strategies")
    assert (row["warm_up_bars"], row["symbols"], row["bar_source"]) == (211, ["EURUSD"], "feed")


def test_a_strategy_whose_parameters_do_not_fit_it_is_refused(project: Project) -> None:
    with pytest.raises(OperatorError, match="fast_bars"):
        save_strategy(fast_bars=50)
    with pytest.raises(OperatorError, match="cannot be read"):
        run(*STRATEGY, "--parameters", "fast")
    with pytest.raises(OperatorError, match="no strategy of kind"):
        run(
            "strategy",
            "save",
            "x",
            "--kind",
            "luck",
            "--symbol",
            "X",
            "--timeframe",
            "H1",
            "--parameters",
            "{}",
        )

    assert project.journal() == []


def test_an_account_follows_a_strategy_until_it_no_longer_does(project: Project) -> None:
    run(*ACCOUNT)
    save_strategy()

    assert "follows" in run("subscribe", "demo-1", "cross", "--risk-multiplier", "0.5").output
    assert "no longer" in run("subscribe", "demo-1", "cross", "--no-enabled").output

    (row,) = project.rows("select * from ledger.subscriptions")
    assert (str(row["risk_multiplier"]), row["enabled"]) == ("1", False)
    with pytest.raises(OperatorError, match="risk_multiplier"):
        run("subscribe", "demo-1", "cross", "--risk-multiplier", "11")
    with pytest.raises(OperatorError, match="strategy_unknown"):
        run("subscribe", "demo-1", "other")


def test_a_key_is_shown_once_and_only_its_hash_is_kept(project: Project) -> None:
    run(*ACCOUNT)

    issued = answer("key", "issue", "officer", "--account", "demo-1", "--label", "the EA at home")

    prefix, key_id, secret = issued["api_key"].split("_", 2)
    (row,) = project.rows("select * from ledger.api_keys")
    assert (prefix, key_id) == ("ds", issued["key_id"])
    assert bytes(row["secret_hash"]) == hashlib.sha256(secret.encode()).digest()
    assert secret not in json.dumps(project.rows("select payload from ledger.journal"))
    poll = {"instance_id": "5f0c1f0e-64f5-4c0c-8f4c-0a3cf4a6c1de", "max_directives": 1, "unresolved": []}
    assert project.send("/poll", poll, key=issued["api_key"]).status == 200

    run("key", "revoke", key_id)

    assert project.send("/poll", poll, key=issued["api_key"]).code == "api_key_revoked"


def test_a_key_that_has_expired_opens_nothing(project: Project) -> None:
    issued = answer("key", "issue", "generator", "--expires", "2020-01-31")

    refused = project.send("/generator", {"strategy_ids": None}, key=issued["api_key"])

    assert refused.code == "api_key_revoked"


@pytest.mark.parametrize("arguments", [("officer",), ("feed", "--account", "demo-1")])
def test_an_account_belongs_to_an_officers_key_and_to_no_other(
    project: Project, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(OperatorError, match="--account"):
        run("key", "issue", *arguments)


def test_a_halt_and_its_resume_are_written_with_their_reasons(project: Project) -> None:
    save_strategy()
    run("halt", "global", "--reason", "news")
    run("resume", "global", "--reason", "over")
    run("halt", "symbol", "EURUSD", "--reason", "spread")

    halts = project.rows("select scope, value, action, reason from ledger.trading_halts order by halt_no")
    assert [tuple(row.values()) for row in halts] == [
        ("global", "", "halted", "news"),
        ("global", "", "resumed", "over"),
        ("symbol", "EURUSD", "halted", "spread"),
    ]
    with pytest.raises(OperatorError, match="halt_invalid"):
        run("halt", "global", "EURUSD", "--reason", "news")


def test_a_mistyped_halt_or_resume_is_not_believed(project: Project) -> None:
    save_strategy()
    run("halt", "symbol", "EURUSD", "--reason", "spread")

    with pytest.raises(OperatorError, match="symbol_unknown"):
        run("halt", "symbol", "EURUSDD", "--reason", "spread")
    with pytest.raises(OperatorError, match="halt_absent"):
        run("resume", "global", "--reason", "over")

    assert len(project.rows("select from ledger.trading_halts")) == 1


def test_months_are_made_once_however_many_are_asked_for(project: Project) -> None:
    made = answer("partitions", "make", "--from", "2001-11", "--months", "14")
    again = answer("partitions", "make", "--from", "2001-11", "--months", "14")

    assert (made["made"], again["made"]) == (14, 0)
    months = project.rows(
        "select month from ledger.partitioned_months where month < '2003-01-01' order by month"
    )
    assert [str(months[0]["month"]), str(months[-1]["month"])] == ["2001-11-01", "2002-12-01"]


def test_the_journal_says_who_was_at_the_keyboard(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "ada")

    run(*ACCOUNT)

    (row,) = project.rows("select actor, subject from ledger.journal where actor <> 'postgres'")
    assert tuple(row.values()) == ("operator", "ada")


def test_without_a_ledger_to_call_it_says_how_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPABASE_URL", raising=False)

    with pytest.raises(OperatorError, match="set SUPABASE_URL"):
        run("halt", "global", "--reason", "x")
    with pytest.raises(OperatorError, match="has never been up"):
        run("halt", "global", "--reason", "x", "--stack", "there-is-none")


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(OperatorError, match="is no time"):
        run("partitions", "make", "--from", "soon")
