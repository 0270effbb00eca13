"""Sketches of every kind and state, and the bytes they were saved as (golden_sketches/*.cvms).

Every later version must read these files. A version that writes other bytes adds files of its own
and keeps these. To write those that are missing: python -P tests/support/golden_sketches.py
"""

from pathlib import Path

from cvmcount import CVMSketch, TruncatedSketch

FILES = Path(__file__).parents[1] / "golden_sketches"
WORDS = [f"word {i}" for i in range(5000)]


def sketch(items=(), **arguments):
    made = CVMSketch(**arguments)
    made.update(items)
    return made


def merged(*parts):
    first, *others = parts
    first.merge(*others)
    return first


MAKERS = {
    "hashed_empty": lambda: sketch(),
    "hashed_exact": lambda: sketch([1, 2.5, "text", b"bytes", (1, "a"), 1], seed=2**64 - 1),
    "hashed_missing": lambda: sketch([None, 1], dropna=False, epsilon=0.2, delta=0.25),
    "hashed_full_exact": lambda: sketch(range(12), capacity=12),
    "hashed_turned_away": lambda: sketch([2, 0, 1, 3, 4], capacity=4),
    "hashed_counted": lambda: sketch(WORDS * 2, capacity=16, seed=7),
    "hashed_merged": lambda: merged(*(sketch(WORDS[i:], capacity=16) for i in range(0, 4000, 999))),
    "hashed_merged_exact": lambda: merged(sketch("abc"[i] for i in range(3)), sketch([1])),
    "hashed_coded_exact": lambda: sketch(WORDS[:100], capacity=100, keep="items"),
    "hashed_coded_counted": lambda: sketch(WORDS, capacity=100, seed=7),
    "hashed_coded_merged": lambda: merged(*(sketch(WORDS[i:], capacity=100) for i in (0, 999))),
    "fresh_empty": lambda: sketch(coins="fresh", capacity=16),
    "fresh_exact": lambda: sketch(WORDS[:9] * 2, coins="fresh", capacity=16),
    "fresh_full": lambda: sketch(WORDS[:16], coins="fresh", capacity=16),
    "fresh_sampled": lambda: sketch(WORDS * 2, coins="fresh", capacity=16, seed=5),
}

# What earlier versions wrote of these states, which is written in another form today.
EARLIER = {"hashed_long_counted": MAKERS["hashed_coded_counted"]}

TRUNCATED = {
    "truncated_empty": lambda: TruncatedSketch(sketch(), 16),
    "truncated_exact": lambda: TruncatedSketch(sketch([1, 2.5, "text", 1], seed=2**64 - 1), 63),
    "truncated_counted": lambda: TruncatedSketch(sketch(WORDS, capacity=100, seed=7)),
    "truncated_merged": lambda: (
        TruncatedSketch(sketch(WORDS[:999], capacity=100)) | sketch(WORDS[999:], capacity=100)
    ),
    "truncated_merged_exact": lambda: (
        TruncatedSketch(sketch(WORDS[:9], dropna=False), 32) | sketch(WORDS[5:20], dropna=False)
    ),
}

if __name__ == "__main__":
    for name, make in {**MAKERS, **TRUNCATED}.items():
        path = FILES / f"{name}.cvms"
        if not path.exists():
            path.write_bytes(make().to_bytes())
