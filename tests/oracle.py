"""The rule of what counts as one element, and the sampler, in plain Python.

The product must agree with this page bit for bit. It is written for reading: one function a stage,
no shortcuts. XXH3 comes from the xxHash library.
"""

import math
import struct

import xxhash

MASK = 2**64 - 1
PRIMES = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F)


# ---- keys -------------------------------------------------------------------------------------


def mix64(word):
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9 & MASK
    word = (word ^ word >> 27) * 0x94D049BB133111EB & MASK
    return word ^ word >> 31


def keys_from(seed):
    state = mix64(mix64(seed) ^ MASK)
    words = [mix64(state + step * 0x9E3779B97F4A7C15 & MASK) for step in range(1, 11)]
    return {
        "integer": words[0:2],
        "unsigned": words[2:4],
        "real": words[4:6],
        "residues": words[6],
        "text": words[7],
        "bytes": words[8],
        "missing": words[9],
    }


# ---- hashes -----------------------------------------------------------------------------------


def hash_word(word, key):
    whitening, between_rounds = key
    low, high = (word ^ whitening) & 0xFFFFFFFF, (word ^ whitening) >> 32

    def fold(half, multiplier):
        product = half * multiplier
        return (product ^ product >> 32) & 0xFFFFFFFF

    high ^= fold(low, PRIMES[0])
    low ^= fold(high ^ between_rounds & 0xFFFFFFFF, PRIMES[1])
    high ^= fold(low ^ between_rounds >> 32, PRIMES[2])
    low ^= fold(high, PRIMES[3])
    return high << 32 | low


def xxh3(data, seed):
    return xxhash.xxh3_64_intdigest(data, seed)


# ---- elements ---------------------------------------------------------------------------------


def is_missing(value):
    return value is None or (isinstance(value, float) and value != value)


def number_identity(value, keys):
    """An int, a float or a bool, by its exact value: the first form that holds it."""
    if isinstance(value, int) or value.is_integer():
        value = int(value)
        if -(2**63) <= value < 2**63:
            return hash_word(value & MASK, keys["integer"])
        if 0 <= value < 2**64:
            return hash_word(value, keys["unsigned"])
    try:
        nearest = float(value)
    except OverflowError:
        nearest = math.inf
    if nearest == value:
        return hash_word(struct.unpack("<Q", struct.pack("<d", nearest))[0], keys["real"])
    return xxh3(struct.pack("<4I", *(value % prime for prime in PRIMES)), keys["residues"])


def identity(value, seed=0, *, dropna=True):
    keys = keys_from(seed)
    if is_missing(value):
        return None if dropna else keys["missing"]
    if isinstance(value, str):
        return xxh3(value.encode("utf-8", "surrogatepass"), keys["text"])
    if isinstance(value, bytes):
        return xxh3(value, keys["bytes"])
    return number_identity(value, keys)


# ---- the sampler ------------------------------------------------------------------------------


class ReferenceSketch:
    """Bottom-k with the martingale estimate; items one by one."""

    def __init__(self, capacity, seed=0, *, dropna=True):
        self.capacity, self.seed, self.dropna = capacity, seed, dropna
        self.retained = set()
        self.estimate = 0.0
        self.variance = 0.0
        self.items_seen = 0
        self.is_exact = True

    @property
    def sampling_rate(self):
        return 1.0 if len(self.retained) < self.capacity else max(self.retained) / 2**64

    def add(self, item):
        coin = identity(item, self.seed, dropna=self.dropna)
        if coin is None:
            return
        self.items_seen += 1
        if coin in self.retained:
            return
        full = len(self.retained) == self.capacity
        if full:
            self.is_exact = False
            if coin > max(self.retained):
                return
        self.estimate += 1 / self.sampling_rate
        self.variance += 1 / self.sampling_rate * (1 / self.sampling_rate - 1)
        self.retained.add(coin)
        if full:
            self.retained.remove(max(self.retained))
