"""Times contestants that count the same items, by turns, and checks their results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lib.contestant import Contestant
from lib.theory import STANDARD_ERRORS
from lib.turns import Turns, in_turns, timed

ONCE = 3.0  # seconds from which a contestant takes one turn only
A_TENTH = 20.0  # seconds from which it counts a tenth of the items only


@dataclass(frozen=True)
class Table:
    name: str
    make: Callable[[int], Any]  # from how many items to the items, the same every time
    contestants: Sequence[Contestant]
    baselines: Sequence[str] = ()  # names of contestants: time as a multiple of theirs
    count_exactly: Callable[[Any], int] = lambda items: len(set(items))
    fresh: bool = False  # items are made anew for every turn, outside the time


@dataclass
class Entry(Turns):
    contestant: Contestant
    predicted: float = 0.0  # seconds
    counts: list[float | None] = field(default_factory=list)
    distinct: int = 0
    peak: int | None = None  # bytes

    @property
    def share(self):
        """Counts one item in so many."""
        return 10 if self.predicted > A_TENTH else 1

    @property
    def is_slow(self):
        """Takes one turn only."""
        return self.predicted > ONCE

    @property
    def relative_error(self):
        """Return that of the turn furthest off; None for a limit."""
        errors = [count / self.distinct - 1 for count in self.counts if count is not None]
        return max(errors, key=abs, default=None)

    @property
    def is_off(self):
        return abs(self.relative_error or 0.0) > STANDARD_ERRORS * self.contestant.error


def predict(contestant, items):
    """Seconds for all items, from a hundredth of them; the first call does the imports."""
    contestant.count(items[:10])
    return 100 * timed(contestant.count, items[: max(len(items) // 100, 10)])[1]


def enter(contestants, items):
    """Those that can count such items, and a line about each of the others."""
    entries, left_out = [], []
    for contestant in contestants:
        try:
            entries.append(Entry(contestant, predict(contestant, items)))
        except Exception as error:
            if contestant.group == "ours":
                raise
            reason = str(error).strip().splitlines() or [type(error).__name__]
            left_out.append(f"{contestant.name}: {reason[0]}")
    return entries, left_out


def compare(table, contestants, length, rounds):
    """The entries, fastest first, and a line about each contestant that could not take part."""
    items = table.make(length)
    entries, left_out = enter(contestants, items)
    shares = {entry.share for entry in entries}
    distinct = {share: table.count_exactly(items[: length // share]) for share in shares}
    for entry in entries:
        entry.distinct = distinct[entry.share]
    for number, entry in in_turns(entries, rounds):
        if number > 0 and entry.is_slow:
            continue
        if table.fresh:
            items = part = None  # free before making
            items = table.make(length)
        part = items if entry.share == 1 else items[: length // entry.share]
        entry.counts.append(entry.take(entry.contestant.count, part))
        entry.times[-1] *= entry.share
    return sorted(entries, key=lambda entry: entry.seconds), left_out


def our_results_off(entries):
    return sum(entry.is_off for entry in entries if entry.contestant.group == "ours")
