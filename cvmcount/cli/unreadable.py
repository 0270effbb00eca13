"""Files of known formats that are not read: an error says what to do."""

from .compressed import DamagedError

TAR_AT = 257
LONGEST_MAGIC = TAR_AT + 5

KNOWN = (
    (b"\x04\x22\x4d\x18", "lz4 data: try lz4 -dc FILE | cvmcount"),
    (b"\xff\x06\x00\x00sNaPpY", "snappy data: decompress it first"),
    (b"\x1f\x9d", "compress (.Z) data: try gzip -dc FILE | cvmcount"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive: try 7z x -so FILE | cvmcount"),
    (b"Rar!\x1a\x07", "a RAR archive: unpack it first"),
    (b"SQLite format 3\0", "an SQLite database: try sqlite3 FILE 'SELECT ...' | cvmcount"),
    (b"FEA1\0\0\0\0", "an old Feather file: write it anew with pyarrow.feather.write_feather"),
    (b"Obj\x01", "an Avro file: write it as Parquet or as lines first"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file: count its arrays in Python"),
    (b"\x93NUMPY", "a NumPy array: count it in Python, count_approx(numpy.load(FILE))"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document: save it as CSV first"),
)
# Text might begin with these, too: they count where a byte follows that no text has.
SHORT = (
    (b"ORC", "an ORC file: write it as Parquet or as lines first"),
    (b"CVMS", "a saved sketch: cvmcount info, merge and compare read it"),
    (b"CVMG", "a file of counts by key: cvmcount info and merge read it"),
    (b"PARE", "an encrypted Parquet file: decrypt it first"),
)


def refuse_unreadable(head):
    """Raise DamagedError for files with these first bytes that are not read as lines or columns."""
    known = next((what for magic, what in KNOWN if head.startswith(magic)), None)
    for magic, what in SHORT:
        if head.startswith(magic) and min(head[len(magic) : 16], default=32) < 9:
            known = what
    if head[TAR_AT:].startswith(b"ustar"):
        known = "a tar archive: try tar -xOf FILE | cvmcount"
    if known is not None:
        raise DamagedError(f"this is {known}")
