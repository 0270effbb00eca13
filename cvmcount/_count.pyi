from typing import Any, Literal, SupportsFloat, SupportsIndex, overload

from cvmcount._sketch import _Items, _Progress

@overload
def count_approx(
    items: _Items,
    column: str | SupportsFloat | None = None,
    epsilon: SupportsFloat | None = None,
    delta: SupportsFloat | None = None,
    *,
    by: None = None,
    capacity: SupportsIndex | None = None,
    coins: Literal["hashed", "fresh"] = "hashed",
    seed: SupportsIndex | None = 0,
    dropna: bool = True,
    workers: SupportsIndex | Literal["all"] = 1,
    progress: _Progress = False,
) -> int: ...
@overload
def count_approx(
    items: _Items,
    column: str | SupportsFloat | None = None,
    epsilon: SupportsFloat | None = None,
    delta: SupportsFloat | None = None,
    *,
    by: Any,
    capacity: SupportsIndex | None = None,
    coins: Literal["hashed", "fresh"] = "hashed",
    seed: SupportsIndex | None = 0,
    dropna: bool = True,
    workers: SupportsIndex | Literal["all"] = 1,
    progress: _Progress = False,
) -> Any: ...
