from cvmcount._core.sketch cimport sampled_count, sampled_share


cdef class SampledCount:
    cdef sampled_count _value


cdef class SampledShare:
    cdef sampled_share _value


cdef SampledCount count_of(sampled_count value)

cdef SampledShare share_of(sampled_share value)
