# What a sketch keeps of its elements beside their hashes, as Python values.

from cvmcount._core.items cimport (
    duration_number,
    error_in_item,
    integer_number,
    kept_item,
    number_form,
    number_totals,
)
from cvmcount._core.sketch cimport keep_items as keep_only_items, sample_facts

from cvmcount._items import decode_item, duration_of_nanoseconds


cdef keep_kind checked_keep(keep) except *:
    if keep is None:
        return keep_nothing
    if keep == "items":
        return keep_only_items
    if keep == "summaries":
        return keep_summaries
    raise ValueError(f"keep must be None, 'items' or 'summaries', not {keep!r}")


cdef object number_as(form, uint64_t bits):
    if form == integer_number:
        return <int64_t>bits
    if form == duration_number:
        return duration_of_nanoseconds(<int64_t>bits)
    return (<double*>&bits)[0]


# The item's bytes, its count, and the totals of its numbers as Python has them.
cdef tuple row_of(const kept_item& item, number_form form):
    cdef const number_totals* totals = &item.summary.totals
    data = None
    if item.bytes.size() > 0:
        data = PyBytes_FromStringAndSize(
            <const char*>item.bytes.data(), <Py_ssize_t>item.bytes.size()
        )
    if totals.numbers == 0:
        return data, item.summary.count, None, None, None
    total = number_as(form, totals.sum_low)
    if form == integer_number or form == duration_number:
        total = int(<int64_t>totals.sum_high) * 2**64 + int(totals.sum_low)
    if form == duration_number:
        total = duration_of_nanoseconds(total)
    return (
        data,
        item.summary.count,
        total,
        number_as(form, totals.least),
        number_as(form, totals.greatest),
    )


cdef object sample_of(CVMSketch sketch):
    cdef sample_facts facts
    cdef number_form form
    cdef bint summaries
    cdef list kept = []
    cdef const kept_item* found
    cdef vector[uint64_t] identities
    if sketch.keep is None:
        raise ValueError(
            "the sketch keeps no items: make it with keep='items', or keep='summaries' to know how "
            "often each came"
        )
    from cvmcount._sample import Sample, SampleRow  # few programs need it
    summaries = sketch.core.get().what_is_kept() == keep_summaries
    with cython.critical_section(sketch):
        facts = sketch.core.get().facts()
        form = sketch.core.get().kept().form()
        identities = sketch.core.get().retained_ids()
        # The largest says how far the sample reaches, and is not part of it.
        if not facts.exact and sketch.coins == "hashed":
            identities.pop_back()
        for identity in identities:
            found = sketch.core.get().kept().find(identity)
            if found == NULL:
                kept.append((None, 0, None, None, None))
            else:
                kept.append(row_of(found[0], form))
        items_seen = sketch.core.get().items_seen()
    rows = [
        SampleRow(
            None if data is None else decode_item(data), count if summaries else None, *totals
        )
        for data, count, *totals in kept
    ]
    return Sample(
        rows,
        has_summaries=summaries,
        sampling_rate=facts.sampled_fraction,
        is_exact=facts.exact,
        history=(facts.estimate, facts.variance) if facts.has_history else None,
        items_seen=items_seen,
    )


# Returns whether a value is kept that only pickle can load.
cdef bint holds_objects(CVMSketch sketch) except -1:
    cdef const kept_item* item
    with cython.critical_section(sketch):
        for identity in sketch.core.get().retained_ids():
            item = sketch.core.get().kept().find(identity)
            if item != NULL and error_in_item(
                as_span(item.bytes.data(), <Py_ssize_t>item.bytes.size()), False
            ) != NULL:
                return True
    return False
