"""The fault plans of the sweep: everything known to go wrong between officer, server and broker.

A plan is what mql5/simulator/terminal/functions/faults.hpp reads: kind[:target][@first][xcount][/value].
"""

from __future__ import annotations

NONE = "none"

# The server acted or not, the answer came or not, whole or not.
WEB = (
    "web-refused@3x4",
    "web-timeout:poll@2x2",
    "web-timeout:report@1x2",
    "web-lost:poll@2",
    "web-lost:ack@1",
    "web-lost:ack@2",
    "web-lost:report@1x3",
    "web-lost:sync@1x2",
    "web-late:ack@1",
    "web-late:report@2",
    "web-503@4x6",
    "web-503:report@1x5",
    "web-429:poll@2x3",
    "web-500:ack@1x2",
    "web-500-acted:ack@1",
    "web-500-acted:report@1",
    "web-truncated:poll@2",
    "web-truncated:ack@1",
    "web-truncated:report@1",
    "web-garbage@4x3",
    "web-garbage:report@1",
    "web-empty:ack@1",
    "web-empty:report@2",
    "web-twice@1x9999",
    "web-unlisted@1x2",
    "server-down@4/20",
)

# The broker refuses, acts silently, acts in part, acts late, or changes its mind.
ORDER = (
    "order-answer:open@1/10004",
    "order-answer:open@1x2/10021",
    "order-answer@1x2/10020",
    "order-answer:open@1/10006",
    "order-answer:open@1/10019",
    "order-answer:open@1/10030",
    "order-answer:close@1/10030",
    "order-answer:close@1/10006",
    "order-answer@1x3/10018",
    "order-answer@1/10024",
    "order-answer:close@1x2/10029",
    "order-answer@1x2/10026",
    "order-answer@1/10012",
    "order-answer@1/10031",
    "order-answer@1/10099",
    "order-answer:modify@1/10012",
    "order-answer-done@1/10012",
    "order-answer-done@1/10031",
    "order-answer-done@1/10011",
    "order-answer-done@1/10099",
    "order-answer-done:close@1/10012",
    "order-answer-done:pending@1/10012",
    "order-answer-done:modify@1/10012",
    "order-silent@1",
    "order-silent-done@1",
    "order-silent-done:close@1",
    "order-silent-done:modify@1",
    "order-partial:open@1/0.5",
    "order-partial:close@1/0.5",
    "order-late@1/20",
    "order-late@1/100",
    "order-late:close@1/15",
    "order-late-lost@1/15",
    "order-late-lost@1/100",
    "order-limbo@1/25",
    "order-limbo@1/100",
    "order-limbo:close@1/25",
    "order-cut@1/30",
    "order-cut@1/90",
    "order-cut:modify@1/90",
    "order-cut:close@1/90",
    "order-cancelled@1/6",
    "order-cancelled:close@1/6",
    "order-commentless@1x99",
    "order-bare@1x99",
)

# The terminal, its computer and its owner.
TERMINAL = (
    "offline@5/15",
    "offline@14/40",
    "forbidden@1/10",
    "halt@5/10",
    "disk-full@1.5/8",
    "disk-full@9/6",
    "clock-jump@6/3600",
    "clock-jump@6/-7200",
    "new-tickets@6",
    "new-tickets@10",
    "hand-close@11",
    "reload@4",
    "reload@9",
    "torn@9",
    "torn@9+reload@15",
    "journal-gone@3",
    "journal-gone@10",
    "journal-moved@10",
    "journal-moved@10+order-limbo@1/25",
    "history-late/15",
    "positions-late/4",
    "lag/2",
    "in-both",
    "deaf",
    "reboot",
    "two-terminals",
)

ALL = (NONE, *WEB, *ORDER, *TERMINAL)

# What becomes of bars on their way from the broker to the ledger. Of a story of its own, not of every story.
BARS_STORY = "bars"
BARS = (
    "web-refused:bars@1x3",
    "web-timeout:bars@2x2",
    "web-lost:bars@1",
    "web-lost:bars@3x2",
    "web-late:bars@2",
    "web-slow:bars@1x9999/2.5",
    "web-503:bars@1x5",
    "web-503:bars@1x9999",
    "web-429:bars@2x3",
    "web-500:bars@1x2",
    "web-500-acted:bars@2",
    "web-truncated:bars@1",
    "web-garbage:bars@2",
    "web-empty:bars@3",
    "web-twice:bars@1x9999",
    "web-answer:bars@1x9999/401",
    "web-answer:bars@1x9999/403",
    "web-answer:bars@2/422",
    "web-lost:sync@1x2",
    "server-down@1/20",
    "offline@1.4/15",
    "offline@55/20",
    "bars-late/15",
    "bars-few/10",
    "bars-hole@10/30",
    "bar-restated@40",
    "clock-jump@6/3600",
    "clock-jump@6/-7200",
    "broker-clock/3",
    "broker-clock/-3",
    "reload@20",
    "reload@61",
    "two-terminals",
)


def of(story: str) -> tuple[str, ...]:
    """The plans that a story is played under."""
    return (NONE, *BARS) if story == BARS_STORY else ALL
