# What sketches were asked for, where they are merged.
from libc.stddef cimport size_t


cdef struct Promise:
    size_t capacity
    double epsilon  # 0 where the capacity was given instead
    double delta


# A union keeps that of the smallest capacity; of equal ones the weakest. So the order of merging
# does not matter.
cdef inline Promise promise_of_union(Promise a, Promise b) noexcept nogil:
    if a.capacity != b.capacity:
        return a if a.capacity < b.capacity else b
    if a.delta != b.delta:
        return a if a.delta > b.delta else b
    return a if a.epsilon > b.epsilon else b
