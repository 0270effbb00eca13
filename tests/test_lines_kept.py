"""A red run means that a sketch keeps other values of a file's lines than a list of them has."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from cvmcount import CVMSketch
from cvmcount._readers.readers import Lines

cells = st.text(st.sampled_from('ab,"\n\r é'), max_size=5)
rows = st.lists(st.lists(cells, min_size=1, max_size=3), max_size=30)


def kept(items, keep="summaries", workers=1):
    sketch = CVMSketch(capacity=8, keep=keep)
    sketch.update(items, workers=workers)
    return sketch


def lines_of(data, **arguments):
    return Lines(io.BytesIO(data), **arguments)


@given(st.binary(max_size=200), st.sampled_from([1, 2]))
def test_whole_lines(data, workers):
    lines = data.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    twin = kept(text_or_bytes(line.removesuffix(b"\r")) for line in lines)
    assert kept(lines_of(data), workers=workers).to_bytes() == twin.to_bytes()
    assert kept(io.BytesIO(data)).to_bytes() == twin.to_bytes()


def text_or_bytes(line):
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line


@given(rows, st.sampled_from([(1,), (2,), (2, 1)]))
def test_fields_of_csv(rows, fields):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    data = text.getvalue().encode()
    values = []
    for row in csv.reader(io.StringIO(data.decode(), newline="")):
        if row and len(row) >= max(fields):
            found = tuple(row[field - 1] for field in fields)
            values.append(found if len(fields) > 1 else found[0])
    made = kept(lines_of(data, fields=fields, delimiter=b",", quotes=True))
    assert made.to_bytes() == kept(values).to_bytes()


def test_folded_fields_are_kept_as_they_are_counted():
    made = kept(lines_of("A\tÉ\na\té\n".encode(), fields=(1, 2), fold_case=True))
    assert sorted(made.sample().items()) == [("a", "É"), ("a", "é")]


def test_many_lines_by_several_workers():
    data = "".join(f"name {number % 9973}\n" for number in range(200_000)).encode()
    twin = kept(data.decode().splitlines())
    for workers in (1, 3):
        assert kept(lines_of(data), workers=workers).to_bytes() == twin.to_bytes()
