"""Reads golden_identities.tsv, whose head says what it is."""

import datetime
import decimal
import enum
import fractions
import uuid
from pathlib import Path
from typing import NamedTuple

import numpy


class Colour(enum.Enum):
    """A class whose members have stable names."""

    RED = 1
    GREEN = 2


Colour.__module__, Colour.__qualname__ = "golden", "Colour"


class Row(NamedTuple):
    """One value, written as an expression, and its identity under a seed."""

    seed: int
    identity: int
    expression: str


NAMES = {
    "Colour": Colour,
    "D": decimal.Decimal,
    "F": fractions.Fraction,
    "UUID": uuid.UUID,
    "dt": datetime,
    "np": numpy,
}


def evaluate(expression):
    return eval(expression, dict(NAMES))


def read():
    table = (Path(__file__).parents[1] / "golden_identities.tsv").read_text(encoding="ascii")
    for line in table.splitlines():
        if not line.startswith("#"):
            seed, identity, _, _, expression = line.split("\t")
            yield Row(int(seed), int(identity, 16), expression)


ROWS = list(read())
