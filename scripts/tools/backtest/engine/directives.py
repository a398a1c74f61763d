"""What was decided for one account, and its directives on their way: issued, and done or not."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from functions.contract.directive import ProposedDirective

# pending: issued, and not yet traded; perhaps its officer waits for the market.
State = Literal["pending", "completed", "rejected", "cancelled"]


@dataclass(slots=True)
class Issued:
    """A directive with its number, the story it belongs to, and what has become of it.

    entry_price: that of its signal. code: why it was rejected or cancelled.
    """

    directive_no: int
    command: ProposedDirective
    signal_id: UUID
    created_at: datetime
    strategy_id: str
    symbol: str
    issued_at: datetime
    entry_price: Decimal | None
    state: State = "pending"
    code: str | None = None

    @property
    def under_way(self) -> bool:
        """Whether something may still come of it."""
        return self.state == "pending"

    def has_expired(self, at: datetime) -> bool:
        """Whether it may no longer be carried out."""
        return self.command.expires_at is not None and self.command.expires_at <= at

    def end(self, state: State, code: str | None = None) -> None:
        """Nothing more will come of it."""
        self.state = state
        self.code = code


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided for one signal, and why."""

    signal_id: UUID
    created_at: datetime
    strategy_id: str
    outcome: Literal["issued", "declined"]
    reason: str
