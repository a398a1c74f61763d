"""What a deployment must say about its provider."""

import subprocess
import sys

import pytest

from functions.feed.providers.http import Patience
from functions.feed.providers.registry import FeedSettings, FeedSettingsError, provider_from

OANDA = {"DISTORT_FEED_PROVIDER": "oanda", "DISTORT_FEED_OANDA_API_KEY": "a secret"}
PATIENCE = Patience(1)


def test_a_provider_is_made_of_what_the_environment_says() -> None:
    settings = FeedSettings.from_environment(OANDA | {"DISTORT_FEED_SYMBOLS": " US500=SPX500_USD  A=B=C "})

    assert provider_from(settings, PATIENCE).name == "oanda"
    assert settings.symbols == {"US500": "SPX500_USD", "A": "B=C"}


def test_a_provider_may_be_another_than_the_environment_names() -> None:
    environment = OANDA | {"DISTORT_FEED_TWELVE_DATA_API_KEY": "another"}

    settings = FeedSettings.from_environment(environment, provider="twelve_data")

    assert provider_from(settings, PATIENCE).name == "twelve_data"


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"DISTORT_FEED_PROVIDER": ""}, "DISTORT_FEED_PROVIDER"),
        ({"DISTORT_FEED_PROVIDER": "yahoo"}, "DISTORT_FEED_PROVIDER"),
        ({"DISTORT_FEED_OANDA_API_KEY": ""}, "DISTORT_FEED_OANDA_API_KEY"),
        ({"DISTORT_FEED_PROVIDER": "twelve_data"}, "DISTORT_FEED_TWELVE_DATA_API_KEY"),
        ({"DISTORT_FEED_OANDA_ENVIRONMENT": "paper"}, "DISTORT_FEED_OANDA_ENVIRONMENT"),
        ({"DISTORT_FEED_URL": "http://provider.example"}, "DISTORT_FEED_URL"),
        ({"DISTORT_FEED_URL": "http://localhost.example"}, "DISTORT_FEED_URL"),
        ({"DISTORT_FEED_SYMBOLS": "US500"}, "DISTORT_FEED_SYMBOLS"),
        ({"DISTORT_FEED_BUDGET_SECONDS": "long"}, "DISTORT_FEED_BUDGET_SECONDS"),
    ],
)
def test_what_is_missing_or_wrong_is_named_without_any_secret(changes: dict[str, str], variable: str) -> None:
    with pytest.raises(FeedSettingsError) as caught:
        provider_from(FeedSettings.from_environment(OANDA | changes), PATIENCE)

    assert str(caught.value) == f"Missing or not valid: {variable}."


def test_a_function_starts_without_what_only_fetching_needs() -> None:
    probe = "import sys, functions.feed.fetch; print('requests' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert done.stdout.strip() == "False"
