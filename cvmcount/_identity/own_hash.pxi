# Elements that are known only by their own hash().

import contextvars
import types
import weakref

from cvmcount._core.identity cimport process_hash_kind


# They define a hash, and it is made of addresses.
cdef tuple ADDRESSED_TYPES = (
    contextvars.ContextVar,
    weakref.ReferenceType,
    types.BuiltinFunctionType,
    types.MethodType,
    types.MethodWrapperType,
    types.WrapperDescriptorType,
)


cdef uint64_t identify_by_own_hash(item, Identifier* identifier) except? 0:
    cls = type(item)
    if cls.__hash__ is None:
        raise TypeError(
            f"cannot count an item of type {cls.__qualname__!r}: it is not hashable, because it "
            "can change; count it as a tuple, or what it holds by an update() of its own"
        )
    if isinstance(item, ADDRESSED_TYPES):
        raise_addressed(cls)
    cdef int64_t own_hash = hash(item)
    # An address as it is, or as object.__hash__ gives it.
    if own_hash == object.__hash__(item) or own_hash == <int64_t>id(item):
        raise_addressed(cls)
    identifier.used_process_hash = True
    return identifier.rules.hash.of_word(process_hash_kind, <uint64_t>own_hash)


cdef int raise_addressed(cls) except -1:
    raise TypeError(
        f"cannot count an item of type {cls.__qualname__!r}: it is compared by its address, "
        "and temporary objects re-use addresses; count a value that tells such objects apart"
    )
