"""Makes data as people have it, the same every time: text, times, numbers and pairs."""

import datetime as dt
import random
import uuid

import numpy as np

LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
FIRST_SECOND = 1_700_000_000


class Words:
    """Draws words by a seed of its own."""

    def __init__(self):
        self.random = random.Random(11)

    def word(self, least, most, letters=LATIN):
        return "".join(self.random.choices(letters, k=self.random.randint(least, most)))

    def email(self):
        return f"{self.word(5, 12)}.{self.word(3, 9)}@{self.word(4, 9)}.com"

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def url(self):
        site, section, page = self.word(4, 10), self.word(3, 12), self.word(5, 40)
        return f"https://www.{site}.org/{section}/{page}?id={self.random.randrange(10**6)}"

    def address(self):
        return ".".join(str(self.random.randrange(256)) for _ in range(4))

    def name(self):
        return f"{self.word(3, 8).title()} {self.word(3, 10).title()}é"


def access_log(count):
    """Lines of a web server's log, all different."""
    words = Words()
    addresses = drawn(count // 40 + 1, Words.address)
    pages = drawn(1000, lambda w: f"{w.word(3, 12)}/{w.word(5, 30)}")
    agents = [f"Mozilla/5.0 (X11; Linux) Firefox/{version}.0" for version in range(90, 130)]
    choose = words.random.choice
    lines = []
    for number in range(count):
        seconds = number % 86_400
        time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        lines.append(
            f"{choose(addresses)} - - [27/Nov/2026:{time} +0000] "
            f'"GET /{choose(pages)}?id={number} HTTP/1.1" 200 {number % 50_021} '
            f'"-" "{choose(agents)}"'
        )
    return lines


# What makes so many different texts, each by its kind.
TEXTS = {
    "5 digits": lambda count: [f"{i:05}" for i in range(count)],
    "words of 4 to 12 letters": lambda count: drawn(count, lambda w: w.word(4, 12)),
    "Cyrillic words": lambda count: drawn(count, lambda w: w.word(5, 14, CYRILLIC)),
    "names with accents": lambda count: drawn(count, Words.name),
    "IP addresses": lambda count: drawn(count, Words.address),
    "e-mail addresses": lambda count: drawn(count, Words.email),
    "UUIDs": lambda count: drawn(count, Words.uuid),
    "URLs": lambda count: drawn(count, Words.url),
}

# Objects that are no text.
OBJECTS = {
    "tuples (int, str)": lambda count: list(enumerate(drawn(count, lambda w: w.word(4, 12)))),
    "dates": lambda count: [dt.date.fromordinal(700_000 + i) for i in range(count)],
    "datetimes": lambda count: [
        dt.datetime(2020, 1, 1) + dt.timedelta(seconds=i) for i in range(count)
    ],
    "int": lambda count: list(range(10**6, 10**6 + count)),
    "float": lambda count: [i + 0.5 for i in range(count)],
}


def drawn(count, make):
    """So many different texts."""
    words, found = Words(), {}
    while len(found) < count:
        found[make(words)] = None
    return list(found)


def places(length, distinct):
    """Which of the distinct ones each item is, in random order."""
    return np.random.default_rng(11).integers(0, distinct, length)


def shuffled(length):
    """Each number once. In order, Polars would know that they are sorted."""
    return np.random.default_rng(11).permutation(length)


def text_column(kind, length, distinct, arrow_type="utf8"):
    import pyarrow

    texts = pyarrow.array(TEXTS[kind](distinct)).take(pyarrow.array(places(length, distinct)))
    return texts.cast(pyarrow.type_for_alias(arrow_type))


def time_column(unit, length, distinct):
    instants = FIRST_SECOND * 10**6 + places(length, distinct) * 1_234_567
    steps = {"s": 10**6, "ms": 1000, "us": 1}
    return instants // steps[unit] if unit in steps else instants * 1000


def columns(length, distinct):
    """Yield the name of each kind of column, and what makes it."""
    import pyarrow

    def of_numbers(change, arrow_type=None):
        return lambda: pyarrow.array(change(places(length, distinct)), arrow_type)

    for kind in TEXTS:
        yield kind, lambda kind=kind: text_column(kind, length, distinct)
    yield (
        "words, string view",
        lambda: text_column("words of 4 to 12 letters", length, distinct, "string_view"),
    )
    yield "200 words", lambda: text_column("words of 4 to 12 letters", length, 200)
    yield "int64", of_numbers(lambda keys: keys)
    yield "int64, all different", lambda: pyarrow.array(np.arange(length) * 7919)
    yield "int32", of_numbers(lambda keys: keys.astype(np.int32))
    yield "prices as float64", of_numbers(lambda keys: keys / 100)
    yield (
        "prices as decimal",
        lambda: (
            pyarrow.array([f"{i / 100:.2f}" for i in range(distinct)])
            .cast(pyarrow.decimal128(12, 2))
            .take(pyarrow.array(places(length, distinct)))
        ),
    )
    for unit in ("s", "us", "ns"):
        yield (
            f"timestamp[{unit}]",
            lambda unit=unit: pyarrow.array(
                time_column(unit, length, distinct), pyarrow.timestamp(unit)
            ),
        )
    yield "duration[us]", of_numbers(lambda keys: keys, pyarrow.duration("us"))
    yield "date32", of_numbers(lambda keys: (keys % 9000).astype(np.int32), pyarrow.date32())
