"""Which provider a deployment asks, read from the environment."""

import os
from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from functions.feed.providers import oanda, twelve_data
from functions.feed.providers.base import BarProvider
from functions.feed.providers.http import Clocks, Http, Patience
from functions.feed.providers.oanda import Oanda
from functions.feed.providers.twelve_data import TwelveData

ProviderName = Literal["twelve_data", "oanda"]

_FIELD_OF_VARIABLE: Final = {
    "DISTORT_FEED_PROVIDER": "provider",
    "DISTORT_FEED_TWELVE_DATA_API_KEY": "twelve_data_api_key",
    "DISTORT_FEED_OANDA_API_KEY": "oanda_api_key",
    "DISTORT_FEED_OANDA_ENVIRONMENT": "oanda_environment",
    "DISTORT_FEED_URL": "url",
    "DISTORT_FEED_SYMBOLS": "symbols",
    "DISTORT_FEED_BUDGET_SECONDS": "budget_seconds",
}


class FeedSettingsError(Exception):
    """The environment does not say which provider to ask, or how; the message names the variables."""


class FeedSettings(BaseModel):
    """The configuration of one deployment's feed.

    oanda_environment: which of OANDA's two systems the key is for.
    url: where the provider answers, instead of where it usually does; keys travel over TLS only.
    symbols: the ledger's symbol to the provider's, where the two halves of a pair do not make it.
    budget_seconds: how long one POST /fetch may take; the scheduler and the platform must wait longer.
    """

    # A validation error must not print the secret it complains about.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    provider: ProviderName
    twelve_data_api_key: SecretStr | None = None
    oanda_api_key: SecretStr | None = None
    oanda_environment: oanda.Environment = "practice"
    url: str | None = Field(
        default=None, pattern=r"^(https://\S+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/\S*)?)$"
    )
    symbols: Mapping[str, str] = Field(default_factory=dict)
    budget_seconds: float = Field(default=45.0, ge=1, le=3_300)

    @field_validator("symbols", mode="before")
    @classmethod
    def _read_symbols(cls, value: object) -> object:
        """`US500=SPX500_USD GER40=DE30_EUR`: pairs between blanks."""
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split()]
        if not all(ours and theirs for ours, _, theirs in pairs):
            raise ValueError("must be pairs like US500=SPX500_USD, with blanks between them")
        return {ours: theirs for ours, _, theirs in pairs}

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] | None = None, *, provider: ProviderName | None = None
    ) -> "FeedSettings":
        """Read the settings; an unset or empty variable is absent.

        provider: instead of the one the environment names. Raises FeedSettingsError.
        """
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {
            field: source[name] for name, field in _FIELD_OF_VARIABLE.items() if source.get(name)
        }
        try:
            return cls.model_validate(values | ({"provider": provider} if provider else {}))
        except ValidationError as error:
            wrong = {str(each["loc"][0]) for each in error.errors(include_url=False, include_input=False)}
            raise FeedSettingsError(_sentence(wrong)) from None


def provider_from(settings: FeedSettings, patience: Patience, clocks: Clocks | None = None) -> BarProvider:
    """The provider of the settings, with a connection for one thread. Raises FeedSettingsError."""
    name = settings.provider
    key = settings.twelve_data_api_key if name == "twelve_data" else settings.oanda_api_key
    if key is None:
        raise FeedSettingsError(_sentence({f"{name}_api_key"}))

    def http(url: str, scheme: str) -> Http:
        return Http(settings.url or url, scheme, key.get_secret_value(), patience, clocks or Clocks())

    if name == "twelve_data":
        return TwelveData(http(twelve_data.URL, twelve_data.SCHEME), settings.symbols)
    return Oanda(http(oanda.URLS[settings.oanda_environment], oanda.SCHEME), settings.symbols)


def _sentence(fields: set[str]) -> str:
    names = [name for name, field in _FIELD_OF_VARIABLE.items() if field in fields]
    return f"Missing or not valid: {', '.join(names)}."
