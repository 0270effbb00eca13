from collections.abc import Sequence
from typing import Protocol

from typing_extensions import Buffer, disjoint_base

class _Readable(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...

class UnclosedQuoteError(ValueError):
    def __init__(self, row: int) -> None: ...

@disjoint_base
class Lines:
    def __init__(
        self,
        file: _Readable,
        *,
        regular: bool = False,
        fields: Sequence[int] = (),
        num_keys: int = 0,
        end: Buffer = b"\n",
        strip_cr: bool = True,
        skip_empty: bool = False,
        fold_case: bool = False,
        comment: Buffer | None = None,
        delimiter: Buffer = b"\t",
        blanks: bool = False,
        quotes: bool = False,
        rows_before: int = 0,
    ) -> None: ...

def force_level(name: str) -> list[str]: ...
