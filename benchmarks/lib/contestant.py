"""A contestant takes part in comparisons: it is one way to count items."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Contestant:
    name: str
    count: Callable[[Any], float | None]  # a limit returns None
    group: str = "rival"  # or "ours" or "limit"
    error: float = 0.0  # its relative standard error; 0.0: it is exact
    note: str = ""
