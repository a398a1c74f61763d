"""Role tokens name one caller, live for minutes, and are signed once for many calls."""

from concurrent.futures import ThreadPoolExecutor

import jwt

from functions.ledger import tokens
from functions.ledger.caller import Caller
from functions.ledger.tokens import LIFETIME_SECONDS, MARGIN_SECONDS, RoleTokens

SIGNING_KEY = "not a secret: only ever used in tests"
OFFICER = Caller("officer", "key000000001", "demo-1")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.5

    def __call__(self) -> float:
        return self.now


def claims_of(token: str) -> dict[str, object]:
    options = {"verify_exp": False, "verify_iat": False}
    claims: dict[str, object] = jwt.decode(token, SIGNING_KEY, algorithms=["HS256"], options=options)  # type: ignore[arg-type]
    return claims


def test_a_token_carries_the_role_the_subject_the_account_and_its_dates() -> None:
    assert claims_of(RoleTokens(SIGNING_KEY, clock=Clock()).token_for(OFFICER)) == {
        "role": "officer",
        "sub": "key000000001",
        "account_id": "demo-1",
        "iat": 1_800_000_000,
        "exp": 1_800_000_000 + LIFETIME_SECONDS,
    }


def test_a_caller_without_an_account_has_no_account_claim() -> None:
    token = RoleTokens(SIGNING_KEY, clock=Clock()).token_for(Caller("director", "key000000002"))

    assert "account_id" not in claims_of(token)


def test_a_token_is_signed_again_shortly_before_it_expires() -> None:
    clock = Clock()
    signer = RoleTokens(SIGNING_KEY, clock=clock)
    first = signer.token_for(OFFICER)

    clock.now += LIFETIME_SECONDS - MARGIN_SECONDS - 1
    assert signer.token_for(OFFICER) == first
    clock.now += 1
    assert signer.token_for(OFFICER) != first


def test_callers_that_differ_in_one_thing_never_share_a_token() -> None:
    signer = RoleTokens(SIGNING_KEY, clock=Clock())
    callers = [
        OFFICER,
        Caller("officer", "key000000001", "demo-2"),
        Caller("officer", "key000000002", "demo-1"),
        Caller("feed", "key000000001", "demo-1"),
    ]

    assert len({signer.token_for(caller) for caller in callers * 2}) == len(callers)


def test_the_number_of_tokens_kept_is_bounded() -> None:
    signer = RoleTokens(SIGNING_KEY, clock=Clock())

    for number in range(tokens.MAX_TOKENS + 50):
        signer.token_for(Caller("officer", str(number)))
    assert len(signer._tokens) == tokens.MAX_TOKENS


def test_threads_get_their_own_callers_tokens() -> None:
    signer = RoleTokens(SIGNING_KEY)
    callers = [Caller("officer", f"key{number}", f"account-{number}") for number in range(20)] * 50

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(signer.token_for, callers))
    assert [claims_of(token)["account_id"] for token in found] == [caller.account_id for caller in callers]
