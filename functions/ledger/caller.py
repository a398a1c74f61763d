"""Who a call to the ledger is made for: the Postgres role and the claims that bind it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """One party as Postgres will know it.

    role: the Postgres role to become; it is also the role of the API key.
    subject: who acts, for the journal; an API key's id, never its secret.
    account_id: the one trading account row-level policies bind this caller to, or None.
    """

    role: str
    subject: str
    account_id: str | None = None


GATEKEEPER = Caller(role="gatekeeper", subject="gateway")
"""The gateway itself, before it knows whom it serves: it may resolve API keys and ask for health."""
