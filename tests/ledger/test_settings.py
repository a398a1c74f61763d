"""The settings come from the environment, complete or not at all, and never show a secret."""

import pytest
from pydantic import ValidationError

from functions.ledger.settings import Settings

COMPLETE = {
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_abc",
    "SUPABASE_JWT_SECRET": "s" * 32,
}


def test_a_hosted_project_needs_three_variables() -> None:
    settings = Settings.from_environment(COMPLETE)

    assert settings.rest_url == "https://abc.supabase.co/rest/v1"
    assert settings.api_key_cache_seconds == 5
    assert settings.log_level == "INFO"


def test_the_rest_url_can_be_elsewhere() -> None:
    settings = Settings.from_environment(COMPLETE | {"SUPABASE_REST_URL": "http://127.0.0.1:3000"})

    assert settings.rest_url == "http://127.0.0.1:3000"


def test_an_empty_variable_is_an_unset_one() -> None:
    settings = Settings.from_environment(COMPLETE | {"SUPABASE_REST_URL": "", "LOG_LEVEL": ""})

    assert settings.rest_url == "https://abc.supabase.co/rest/v1"
    assert settings.log_level == "INFO"


@pytest.mark.parametrize("name", sorted(COMPLETE))
def test_a_missing_variable_is_named(name: str) -> None:
    incomplete = {key: value for key, value in COMPLETE.items() if key != name}

    with pytest.raises(ValidationError) as caught:
        Settings.from_environment(incomplete)
    assert name.removeprefix("SUPABASE_").lower() in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUPABASE_URL", "abc.supabase.co"),
        ("SUPABASE_REST_URL", "127.0.0.1:3000"),
        ("SUPABASE_JWT_SECRET", "short"),
        ("API_KEY_CACHE_SECONDS", "-1"),
        ("API_KEY_CACHE_SECONDS", "soon"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_wrong_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(ValidationError):
        Settings.from_environment(COMPLETE | {name: value})


def test_no_error_and_no_representation_shows_a_secret() -> None:
    too_short = "only-31-characters-of-a-secret-"

    with pytest.raises(ValidationError) as caught:
        Settings.from_environment(COMPLETE | {"SUPABASE_JWT_SECRET": too_short})
    assert too_short not in str(caught.value)
    assert "s" * 32 not in repr(Settings.from_environment(COMPLETE))
