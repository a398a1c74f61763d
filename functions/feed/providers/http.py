"""Asks a provider over HTTP: with a time limit, a size limit, and patience for what may pass."""

import itertools
import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NoReturn

from functions.feed.providers.base import ProviderError

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

CONNECT_SECONDS = 3.05  # a lost SYN is sent again after 3 s
READ_SECONDS = 10.0
# 5,000 candles with bid and ask are 1.2 MB.
MAX_ANSWER_BYTES = 8 * 1_048_576
FIRST_BACKOFF_SECONDS = 0.5
LONGEST_BACKOFF_SECONDS = 8.0

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time and chance, to be replaced in tests."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on with one question, its retries included, and when to end whatever is going on.

    ends_at: by Clocks.monotonic.
    """

    seconds: float
    ends_at: float = float("inf")


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer: `document` is its JSON object, None if it is anything else."""

    status: int
    document: Document | None
    retry_after_seconds: float | None


class Http:
    """A connection to one provider, for one thread.

    base_url: what paths follow.
    scheme, key: make the header Authorization; the key is in no URL, no error and no log.
    """

    def __init__(self, base_url: str, scheme: str, key: str, patience: Patience, clocks: Clocks) -> None:
        # Costs as much as a small function's start: only who fetches pays for it.
        import requests

        def authorize(request: "PreparedRequest") -> "PreparedRequest":
            request.headers["Authorization"] = f"{scheme} {key}"
            return request

        self.clocks = clocks
        self._base_url = base_url.rstrip("/")
        self._key = key
        self._patience = patience
        self._session = requests.Session()
        self._session.headers["Accept"] = "application/json"
        self._session.auth = authorize  # as `auth`, or a .netrc would replace the header

    def get(
        self,
        path: str,
        parameters: Mapping[str, str],
        error_of: Callable[[HttpAnswer], ProviderError | None],
    ) -> Document:
        """The JSON object at `path`; its fractions are Decimals, exactly as they were written.

        error_of: what is wrong with an answer in this provider's own terms; None if it is a success.
        What may pass is asked for again until patience ends, with growing pauses or those that the provider
        asks for; all else is raised at once. Raises ProviderError.
        """
        gives_up_at = min(self.clocks.monotonic() + self._patience.seconds, self._patience.ends_at)
        for attempt in itertools.count():
            try:
                return self._ask(path, parameters, error_of, gives_up_at)
            except ProviderError as error:
                pause = max(self._backoff(attempt), error.retry_after_seconds or 0.0)
                if not error.may_pass or self.clocks.monotonic() + pause >= gives_up_at:
                    raise
            self.clocks.sleep(pause)
        raise AssertionError("counting has no end")

    def quoted(self, said: object) -> str:
        """What a provider said, fit for a sentence of ours: short, printable, and without the key."""
        text = str(said).replace(self._key, "[redacted]")[:200]
        return "".join(letter if letter.isprintable() else " " for letter in text)

    def _backoff(self, attempt: int) -> float:
        longest = min(LONGEST_BACKOFF_SECONDS, FIRST_BACKOFF_SECONDS * 2.0 ** min(attempt, 10))
        # Half of it by chance, so that those who were refused together do not come back together.
        return longest * (0.5 + 0.5 * self.clocks.chance())

    def _ask(
        self,
        path: str,
        parameters: Mapping[str, str],
        error_of: Callable[[HttpAnswer], ProviderError | None],
        gives_up_at: float,
    ) -> Document:
        import requests
        import urllib3

        left = gives_up_at - self.clocks.monotonic()
        if left <= 0:
            raise ProviderError("provider_unavailable", "No time was left to ask.")
        try:
            with self._session.get(
                self._base_url + path,
                params=dict(parameters),
                timeout=(min(CONNECT_SECONDS, left), min(READ_SECONDS, left)),
                stream=True,
                allow_redirects=False,
            ) as response:
                answer = self._answer(response, gives_up_at)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            reason = f"The provider could not be reached, or stopped answering ({type(error).__name__})."
            raise ProviderError("provider_unavailable", reason) from error
        if (refusal := error_of(answer)) is not None:
            raise refusal
        if answer.document is None:
            raise invalid("is not a JSON object")
        return answer.document

    def _answer(self, response: "Response", gives_up_at: float) -> HttpAnswer:
        body = self._body(response, gives_up_at)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return HttpAnswer(
            response.status_code,
            _document(body) if kind == "application/json" else None,
            _retry_after_seconds(response.headers.get("Retry-After"), self.clocks.now()),
        )

    def _body(self, response: "Response", gives_up_at: float) -> bytes:
        body = bytearray()
        # One read of the socket at a time: a body that trickles in must not outlast our patience.
        while piece := response.raw.read1(65_536, decode_content=True):
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise invalid(f"is longer than {MAX_ANSWER_BYTES} bytes")
            if self.clocks.monotonic() >= gives_up_at:
                raise ProviderError("provider_unavailable", "The provider's answer took too long.")
        return bytes(body)


def error_by_status(answer: HttpAnswer, detail: str) -> ProviderError | None:
    """What the status alone says is wrong; None for 200."""
    if answer.status == 200:
        return None
    wait = answer.retry_after_seconds
    if answer.status in {401, 403}:
        return ProviderError("provider_unauthorized", detail)
    if answer.status == 429:
        return ProviderError("provider_rate_limited", detail, retry_after_seconds=wait)
    if answer.status >= 500:
        return ProviderError("provider_unavailable", detail, retry_after_seconds=wait)
    return ProviderError("provider_answer_invalid", detail)


def invalid(what: str) -> ProviderError:
    """The error of an answer that is not what the provider documents; `what` goes on "The answer …"."""
    return ProviderError("provider_answer_invalid", f"The provider's answer {what}.")


def _document(body: bytes) -> Document | None:
    try:
        document = json.loads(body.decode(), parse_float=Decimal, parse_constant=_not_a_number)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Either form of Retry-After (RFC 9110, 10.2.3): seconds, or a date."""
    if header is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}", header.strip()):
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
