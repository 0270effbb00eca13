"""Counts lists of Python objects, by ours, the rivals and the limits.

In the table `article` the list refers to 100,000 objects whose hashes are known after the first
round. In all others every item is an object of its own, made anew for every turn, outside the
time, so that no hash is known.
"""

from dataclasses import replace

from lib.comparison import Table
from lib.items import article_words
from lib.limits import ITERATION
from lib.list_tables import ARTICLE, BASELINES, table_of
from lib.ours import OURS
from lib.rivals import SET
from lib.run_tables import main


def separate_words(length):
    """The article's words in its order, each an object of its own."""
    return [str(int(word)) for word in article_words(length)]


def through_generator(contestant):
    def count(items):
        return contestant.count(item for item in items)

    return replace(contestant, count=count)


GENERATOR = [through_generator(contestant) for contestant in (*OURS, SET, ITERATION)]

TABLES = [
    Table("article", article_words, ARTICLE, BASELINES),
    Table("separate", separate_words, ARTICLE, BASELINES, fresh=True),
    table_of("int, 100,000 distinct", lambda i: i * 1000),
    table_of("int, all distinct", lambda i: i * 1000, distinct=None),
    table_of("float", lambda i: i + 0.5),
    table_of("bytes", lambda i: b"%d" % i),
    table_of("str, 50 letters", lambda i: f"{i:050}"),
    table_of("str, not ASCII", lambda i: f"é{i}"),
    table_of("tuple (int, str)", lambda i: (i, str(i))),
    Table("generator", article_words, GENERATOR, (ITERATION.name, SET.name)),
]

if __name__ == "__main__":
    main("lists", TABLES, __doc__)
