"""rapidhash V3 in plain Python, from its published definition: slow, and easy to compare."""

MASK = 2**64 - 1
SECRET = (0x2D358DCCAA6C78A5, 0x8BB84B93962EACC9, 0x4B33A62ED433D4A3, 0x4D5A2DA51DE1AA47)
SECRET += (0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x90ED1765281C388C, 0xAAAAAAAAAAAAAAAA)


def mix(a, b):
    product = a * b
    return (product ^ product >> 64) & MASK


def word(data, begin, size=8):
    return int.from_bytes(data[begin : begin + size], "little")


def key_of(seed, secret=SECRET):
    return seed ^ mix(seed ^ secret[2], secret[1])


def rapidhash(data, seed, secret=SECRET):
    state, rest = key_of(seed, secret), len(data)
    if rest > 16:
        state, a, b, rest = over_16(data, state, secret)
    elif rest >= 8:
        state, a, b = state ^ rest, word(data, 0), word(data, rest - 8)
    elif rest >= 4:
        state, a, b = state ^ rest, word(data, 0, 4), word(data, rest - 4, 4)
    elif rest > 0:
        a, b = data[0] << 45 | data[-1], data[rest // 2]
    else:
        a = b = 0
    product = (a ^ secret[1]) * (b ^ state)
    return mix(product & MASK ^ secret[7], product >> 64 ^ secret[1] ^ rest)


def over_16(data, state, secret):
    """The state, the last two words, and the size of what is left after blocks of 112 bytes."""
    at, rest = 0, len(data)
    if rest > 112:
        states = [state] * 7
        while rest > 112:
            for i in range(7):
                here = at + 16 * i
                states[i] = mix(word(data, here) ^ secret[i], word(data, here + 8) ^ states[i])
            at, rest = at + 112, rest - 112
        state = 0
        for each in states:
            state ^= each
    for i, which in enumerate((2, 2, 1, 1, 2, 1)):
        if rest > 16 * (i + 1):
            here = at + 16 * i
            state = mix(word(data, here) ^ secret[which], word(data, here + 8) ^ state)
    return state, word(data, at + rest - 16) ^ rest, word(data, at + rest - 8), rest
