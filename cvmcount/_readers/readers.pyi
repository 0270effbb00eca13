from typing import Protocol

from typing_extensions import Buffer, disjoint_base

class _Readable(Protocol):
    def readinto(self, buffer: memoryview, /) -> int | None: ...

@disjoint_base
class Lines:
    def __init__(
        self,
        file: _Readable,
        *,
        field: int = 0,
        end: Buffer = b"\n",
        strip_cr: bool = True,
        skip_empty: bool = False,
        fold_case: bool = False,
        delimiter: Buffer = b"\t",
    ) -> None: ...

def force_level(name: str) -> list[str]: ...
