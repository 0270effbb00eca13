"""What the property tests draw: values of every kind, with many near misses and repeats."""

from hypothesis import strategies as st

edges = st.sampled_from(
    [
        base + offset
        for base in (0, 2**31, 2**32, 2**53, 2**63, 2**64, 2**100, 2**1023, 2**1024, 10**400)
        for offset in (-1, 0, 1)
    ]
)
integers = st.one_of(
    st.integers(-3, 3), st.integers(-(2**70), 2**70), edges, edges.map(lambda n: -n)
)
reals = st.one_of(
    st.floats(),
    st.integers(-(2**66), 2**66).map(float),
    st.sampled_from([0.0, -0.0, 0.5, 5e-324, 2.0**63, 2.0**64, 1e308, float("inf"), float("nan")]),
)
texts = st.one_of(
    st.text(max_size=4),
    st.text(st.characters(codec=None), max_size=300),  # with lone surrogates
    st.text("ab", max_size=40),
)
byte_strings = st.one_of(st.binary(max_size=4), st.binary(max_size=300))
missing = st.sampled_from([None, float("nan")])
values = st.one_of(integers, reals, texts, byte_strings, st.booleans(), missing)
streams = st.lists(values, max_size=60)
