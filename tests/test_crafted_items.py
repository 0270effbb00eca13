"""A red run means that items which were crafted for a known seed mislead without a word where that
could be noticed, or that a secret seed does not stop them.
"""

import warnings

import numpy
import pytest

import oracle
from cvmcount import CVMSketch
from program import run


def with_small_identities(n):
    """Return integers whose identities under seed 0 are the smallest, the larger ones first."""
    whitening, between = oracle.Keys(0).word["integer"]
    low = numpy.arange(n, 0, -1).astype("u8")
    high = numpy.zeros(n, "u8")

    def rounded(half, prime):
        product = half * numpy.uint64(prime)
        return (product ^ product >> 32) & 0xFFFFFFFF

    low ^= rounded(high, oracle.PRIMES[3])
    high ^= rounded(low ^ (between >> 32), oracle.PRIMES[2])
    low ^= rounded(high ^ (between & 0xFFFFFFFF), oracle.PRIMES[1])
    high ^= rounded(low, oracle.PRIMES[0])
    return ((high << 32 | low) ^ numpy.uint64(whitening)).astype("i8")


def test_crafted_items_give_a_warning():
    items = with_small_identities(6000)
    assert {oracle.identity(int(item), 0, dropna=True) for item in items[-3:]} == {1, 2, 3}
    sketch, secret = CVMSketch(), CVMSketch(seed=12345)
    for each in sketch, secret:
        each.update(items)
        each.update(numpy.ones(100_000, "i8"))
    with pytest.warns(RuntimeWarning, match="seed=None"):
        assert sketch.interval() == (sketch.num_retained, 106_000)
    for ask in sketch.estimate, sketch.count:
        with pytest.warns(RuntimeWarning, match="crafted"):
            ask()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high = secret.interval(0.999)
        assert low <= 6001 <= high
        for seed in range(300):  # honest ones, all different: half of the estimates are too large
            honest = CVMSketch(capacity=64, seed=seed)
            honest.update(range(5000))
            honest.count()


def test_the_program_says_that_items_were_crafted(tmp_path):
    path = tmp_path / "numbers"
    pyarrow = pytest.importorskip("pyarrow")
    with pyarrow.ipc.new_stream(path, pyarrow.schema([("a", pyarrow.int64())])) as file:
        file.write(pyarrow.record_batch([pyarrow.array(with_small_identities(6000))], names=["a"]))
    done = run(str(path))
    assert (done.returncode, done.stdout) == (0, b"6000\n")
    assert done.stderr.count(b"\n") == 1
    assert b"--seed random" in done.stderr
