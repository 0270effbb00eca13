"""The identities in a saved sketch with hashed coins, by docs/format.md in its plainest form."""

import struct

AT_SECTION = 48
PLAIN = {1: "exact", 2: "counted", 3: "merged"}
CODED = {6: "exact", 7: "counted", 8: "merged"}


def state_of(data):
    """Return "exact", "counted" or "merged"."""
    return (PLAIN | CODED)[data[AT_SECTION]]


def identities_of(data):
    head = int.from_bytes(data[AT_SECTION : AT_SECTION + 8], "little")
    section = data[AT_SECTION + 8 : AT_SECTION + 8 + head // 256]
    rest = section[32 if state_of(data) == "counted" else 8 :]
    if head % 256 in PLAIN:
        return list(struct.unpack(f"<{len(rest) // 8}Q", rest))
    count, width = int.from_bytes(rest[:4], "little"), rest[4]
    low_size = -(-count * width // 8)
    low = int.from_bytes(rest[5 : 5 + low_size], "little")
    unary = int.from_bytes(rest[5 + low_size :], "little")
    identities = []
    least = 0
    for _ in range(count):
        zeros = (unary & -unary).bit_length() - 1
        least += (zeros << width) + (low & (1 << width) - 1)
        identities.append(least)
        least += 1
        unary >>= zeros + 1
        low >>= width
    assert unary == low == 0
    return identities
