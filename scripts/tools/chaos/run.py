"""One run: the stage, the chaos, the peace after it, and the verdict."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

from scripts.tools.chaos import life, load
from scripts.tools.chaos.calls import Unanswered
from scripts.tools.chaos.cast import account_ids, set_the_stage
from scripts.tools.chaos.downtime import Keeper
from scripts.tools.chaos.officer import Officer
from scripts.tools.chaos.play import Play, play_on
from scripts.tools.chaos.schedule import Strike, schedule
from scripts.tools.chaos.server import Server
from scripts.tools.chaos.verdict import Outcome, verdict_on

_OFFICERS_PAUSE_SECONDS, _SCHEDULERS_PAUSE_SECONDS, _EXCHANGE_PAUSE_SECONDS = 0.25, 0.1, 0.05
# After the chaos: how far time jumps between two looks, and how often everybody looks before it is said
# that something does not end. The slowest thing is a late order, which takes some minutes.
_JUMP = timedelta(minutes=2)
_LOOKS = 30

# Told how many seconds more of the chaos are over.
Progress = Callable[[int], None]


def run(server: Server, seed: int, *, seconds: float, officers: int, progress: Progress) -> Outcome:
    """Play on a fresh server for so many seconds of chaos, then let it come to rest, and judge it."""
    keys = set_the_stage(server.stack.environment(), server.stack.database_url, officers)
    play = play_on(server, keys, seed)
    strikes = schedule(
        seed,
        seconds,
        {part.name: list(part.blows) for part in server.parts},
        dict.fromkeys(account_ids(officers), life.MANNERS),
    )
    with server.keepers(strikes, play.record) as keepers:
        began = time.monotonic()
        _chaos(play, keepers, strikes, seconds, progress)
        lasted = time.monotonic() - began
        _come_to_rest(play)
        return verdict_on(play, server, lasted)


def _chaos(
    play: Play, keepers: Sequence[Keeper], strikes: Sequence[Strike], seconds: float, progress: Progress
) -> None:
    _begin(play)
    posts = {post.desk.account_id: post for post in play.posts}
    with _busy(play) as working:
        play.clock.start()
        for keeper in keepers:
            keeper.begin()
        told = 0
        for strike in (each for each in strikes if each.victim in posts):
            play.clock.wait_until(strike.at_seconds)
            _raise_failures(working)
            posts[strike.victim].suffer(strike)
            progress(int(strike.at_seconds) - told)
            told = int(strike.at_seconds)
        play.clock.wait_until(seconds)
        progress(int(seconds) - told)
        for keeper in keepers:
            keeper.end()
    _raise_failures(working)


def _begin(play: Play) -> None:
    """The first turns, while nobody dies: all accounts are known, and there is something to trade.

    It also pays for what each process imports at its first call.
    """
    play.exchange.turn()
    with ThreadPoolExecutor(len(play.posts)) as pool:
        list(pool.map(lambda post: post.begin().turn(), play.posts))
    for each in play.schedulers():
        each.turn()


@contextmanager
def _busy(play: Play) -> Iterator[Sequence[Future[None]]]:
    """Within, everybody takes turns."""
    over = threading.Event()
    turns = [(each.turn, _SCHEDULERS_PAUSE_SECONDS) for each in play.schedulers()]
    turns.append((play.exchange.turn, _EXCHANGE_PAUSE_SECONDS))
    with ThreadPoolExecutor(len(play.posts) + len(turns)) as pool:
        try:
            yield [
                *(pool.submit(load.keep_calling, turn, over, pause) for turn, pause in turns),
                *(pool.submit(post.work, over, _OFFICERS_PAUSE_SECONDS) for post in play.posts),
            ]
        finally:
            over.set()


def _raise_failures(working: Sequence[Future[None]]) -> None:
    for each in working:
        if each.done():
            each.result()


def _come_to_rest(play: Play) -> None:
    """All have come back, nobody dies any more, and no new bars come: what was begun is finished."""
    for post in play.posts:
        post.desk.life.spare()
    officers = [post.begin() for post in play.posts]
    patient: list[load.Scheduler] = [play.feed, *play.directors]
    with ThreadPoolExecutor(len(officers)) as pool:
        for _ in range(_LOOKS):
            answered = [_once(each.turn) for each in patient]
            answered += pool.map(lambda officer: _once(officer.turn), officers)
            if all(answered) and _at_rest(play, officers):
                break
            play.market.skip(_JUMP)
            for post in play.posts:
                post.desk.broker.pass_time(play.market.now())
    for post, officer in zip(play.posts, officers, strict=True):
        play.findings += [f"{post.desk.account_id}: {said}" for said in _last_sync(officer)]
    # What it leaves undone is found by the verdict.
    _once(play.archivist.turn)


def _last_sync(officer: Officer) -> list[str]:
    try:
        found = officer.sync().discrepancies
    except Unanswered as why:
        return [f"its last sync was not answered: {why}"]
    return [f"its last sync found {each.kind} of directive {each.directive_no}" for each in found]


def _once(turn: load.Turn) -> bool:
    """Whether a turn was answered."""
    try:
        turn()
    except Unanswered:
        return False
    return True


def _at_rest(play: Play, officers: Sequence[Officer]) -> bool:
    return (
        all(officer.settled for officer in officers)
        and all(post.desk.broker.quiet for post in play.posts)
        and not any(director.undecided for director in play.directors)
    )
