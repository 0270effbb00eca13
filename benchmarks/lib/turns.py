"""Times functions by turns.

Only times of one run can be compared. So all contestants of a table run in one process and take
turns, another one first in every round, and the median of the rounds is reported.
"""

import statistics
import time
from dataclasses import dataclass, field


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def in_turns(contestants, rounds):
    """Yield the number of the round and whose turn it is."""
    for number in range(rounds):
        first = number % max(len(contestants), 1)
        for contestant in contestants[first:] + contestants[:first]:
            yield number, contestant


@dataclass
class Turns:
    """The times of one contestant."""

    times: list[float] = field(default_factory=list, init=False)

    def take(self, function, *arguments):
        result, seconds = timed(function, *arguments)
        self.times.append(seconds)
        return result

    @property
    def seconds(self):
        return statistics.median(self.times)

    @property
    def fastest(self):
        return min(self.times)
