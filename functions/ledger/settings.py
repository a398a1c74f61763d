"""What a deployment must say about its Supabase project, read once from the environment."""

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_FIELD_OF_VARIABLE = {
    "SUPABASE_URL": "url",
    "SUPABASE_REST_URL": "rest_url",
    "SUPABASE_PUBLISHABLE_KEY": "publishable_key",
    "SUPABASE_JWT_SECRET": "jwt_secret",
    "API_KEY_CACHE_SECONDS": "api_key_cache_seconds",
    "LOG_LEVEL": "log_level",
}


class Settings(BaseModel):
    """The configuration of one deployment.

    url: the Supabase project, e.g. `https://abc.supabase.co`.
    rest_url: where PostgREST answers; `{url}/rest/v1` unless said otherwise.
    publishable_key: the project's public key; it opens nothing by itself.
    jwt_secret: signs the role tokens; PostgREST refuses secrets under 32 characters, so do we.
    api_key_cache_seconds: how long a revoked API key may go on working.
    """

    # A validation error must not print the secret it complains about.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(pattern=r"^https?://\S+$")
    rest_url: str = Field(default="", pattern=r"^(https?://\S+)?$")
    publishable_key: SecretStr = Field(min_length=1)
    jwt_secret: SecretStr = Field(min_length=32)
    api_key_cache_seconds: float = Field(default=5.0, ge=0, le=300)
    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")

    @model_validator(mode="before")
    @classmethod
    def _default_rest_url(cls, values: dict[str, object]) -> dict[str, object]:
        url = values.get("url")
        if values.get("rest_url") or not isinstance(url, str):
            return values
        return {**values, "rest_url": f"{url.rstrip('/')}/rest/v1"}

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read the settings; an unset or empty variable is absent.

        Raises pydantic.ValidationError naming every field that is missing or wrong, without its value.
        """
        source = os.environ if environment is None else environment
        return cls.model_validate(
            {field: source[name] for name, field in _FIELD_OF_VARIABLE.items() if source.get(name)}
        )
