"""Makes tables of keys and values, the same every time."""

from functools import cache

from lib import realistic


def numbers_of(groups, rows, distribution):
    import numpy as np

    random = np.random.default_rng(1)
    if distribution == "even":
        keys = random.integers(0, groups, rows)
    else:  # the inverse of the distribution function ln(x) / ln(groups)
        draws = random.random(rows)
        keys = np.power(groups, draws, out=draws).astype(np.int64)
    return keys, random.integers(0, rows, rows)


def table_of(groups, rows, distribution, kind):
    import pyarrow as pa

    keys, values = map(pa.array, numbers_of(groups, rows, distribution))
    if kind == "web":
        keys = urls(groups).take(keys)
        values = uuids(values.to_numpy())
    elif kind == "text":
        import pyarrow.compute as pc

        text = [pc.cast(column, pa.string()) for column in (keys, values)]
        keys, values = (
            pc.binary_join_element_wise(name, column, "")
            for name, column in zip(("customer-", "session-"), text, strict=True)
        )
    return pa.table({"key": keys, "value": values})


@cache
def urls(count):
    import pyarrow as pa

    return pa.array(realistic.TEXTS["URLs"](count))


def uuids(numbers):
    """The UUID that belongs to each number, as text."""
    import numpy as np
    import pyarrow as pa

    distinct = np.random.default_rng(2).integers(0, 1 << 62, (2, int(numbers.max()) + 1))
    digits = np.frombuffer(distinct[:, numbers].T.astype(">i8").tobytes(), np.uint8)
    nibbles = np.stack([digits >> 4, digits & 15], axis=1).reshape(len(numbers), 32)
    text = np.full((len(numbers), 36), ord("-"), np.uint8)
    text[:, [i for i in range(36) if i not in (8, 13, 18, 23)]] = np.frombuffer(
        b"0123456789abcdef", np.uint8
    )[nibbles]
    ends = np.arange(len(numbers) + 1, dtype=np.int32) * 36
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends), pa.py_buffer(text))
