// The body of the vector levels. Each includes it into an unnamed namespace of its own, after it
// has defined `lanes` (the operations of its instruction set) and CVMCOUNT_TARGET (the attribute
// that allows them): so no function of one level can be taken for that of another by the linker,
// and none is compiled for a CPU that is not valid. Nothing else may be included here.

using words = lanes::words;
using mask = lanes::mask;

struct vector_key {
    words whitening;
    words second_round;
    words third_round;
};

CVMCOUNT_TARGET inline vector_key spread(word_key key) {
    return {lanes::all(key.whitening), lanes::all(key.between_rounds & 0xffffffff),
            lanes::all(key.between_rounds >> 32)};
}

CVMCOUNT_TARGET inline vector_key blend(vector_key a, vector_key b, mask where_b) {
    return {lanes::blend(a.whitening, b.whitening, where_b),
            lanes::blend(a.second_round, b.second_round, where_b),
            lanes::blend(a.third_round, b.third_round, where_b)};
}

// hash_word(), lane by lane. The upper halves of `low` and `high` hold rubbish.
CVMCOUNT_TARGET inline words hash_words(words word, vector_key key) {
    word = lanes::exclusive_or(word, key.whitening);
    words low = word;
    words high = lanes::upper_half(word);
    high = lanes::add_round(high, low, primes32[0]);
    low = lanes::add_round(low, lanes::exclusive_or(high, key.second_round), primes32[1]);
    high = lanes::add_round(high, lanes::exclusive_or(low, key.third_round), primes32[2]);
    low = lanes::add_round(low, high, primes32[3]);
    return lanes::join(high, low);
}

constexpr bool is_time(word_form form) {
    return form == word_form::time || form == word_form::scaled_time;
}

struct form_keys {
    vector_key usual;
    vector_key other;  // of large unsigned integers, and of doubles that are no integers
};

template <word_form Form>
CVMCOUNT_TARGET inline form_keys keys_of(const identity_hash& hash, kind time_kind) {
    if constexpr (is_time(Form)) {
        const vector_key key = spread(hash.key_of(time_kind));
        return {key, key};
    } else {
        constexpr kind other = Form == word_form::real ? kind::real : kind::unsigned_integer;
        return {spread(hash.key_of(kind::integer)), spread(hash.key_of(other))};
    }
}

// Doubles that the lanes cannot tell apart from integers: as identify_word says.
CVMCOUNT_TARGET inline words identify_one_by_one(words word, const identity_hash& hash) {
    std::uint64_t each[lanes::width];
    lanes::store(each, word);
    for (std::uint64_t& lane : each) {
        std::uint64_t identity = 0;
        identify_word<word_form::real>(lane, hash, {}, identity);
        lane = identity;
    }
    return lanes::load(reinterpret_cast<const std::byte*>(each));
}

template <word_form Form>
CVMCOUNT_TARGET inline words identify(words word, const form_keys& keys, const identity_hash& hash,
                                      mask& missing) {
    if constexpr (Form == word_form::integer) {
        return hash_words(word, keys.usual);
    } else if constexpr (Form == word_form::unsigned_integer) {
        return hash_words(word, blend(keys.usual, keys.other, lanes::negative(word)));
    } else if constexpr (is_time(Form)) {
        return hash_words(word, keys.usual);
    } else {
        missing = lanes::either(missing, lanes::is_nan(word));
        words whole;
        mask undecided;
        const mask is_whole = lanes::to_integer(word, whole, undecided);
        if (lanes::any(undecided)) return identify_one_by_one(word, hash);
        return hash_words(lanes::blend(word, whole, is_whole),
                          blend(keys.other, keys.usual, is_whole));
    }
}

// These do not change from one vector to the next.
struct constants {
    form_keys keys;
    words threshold;
    words of_missing;
    words factor;
    words most;  // and the least, of counts of time
    words least;
    bool least_is_missing;
};

// Finds which counts are missing, and whether the others fit. Returns them in nanoseconds or days.
template <word_form Form>
CVMCOUNT_TARGET inline words scale_times(words count, unsigned present, mask& missing,
                                         const constants& shared, filter_output& result) {
    if (shared.least_is_missing) {
        missing = lanes::either(missing, lanes::equal(count, lanes::all(least_int64)));
    }
    const mask beyond =
        lanes::either(lanes::greater(count, shared.most), lanes::greater(shared.least, count));
    result.fits &= (lanes::bits(beyond) & present & ~lanes::bits(missing)) == 0;
    return Form == word_form::scaled_time ? lanes::multiply(count, shared.factor) : count;
}

// One vector, of which the lanes in `present` are values of the input.
template <word_form Form>
CVMCOUNT_TARGET inline void filter_vector(const std::byte* source, unsigned present, mask missing,
                                          bool may_miss, const constants& shared,
                                          const reading_rules& rules, std::uint64_t* out,
                                          filter_output& result) {
    words word = lanes::load(source);
    if constexpr (is_time(Form)) word = scale_times<Form>(word, present, missing, shared, result);
    words identities = identify<Form>(word, shared.keys, *rules.hash, missing);
    if (may_miss) {
        identities = lanes::blend(identities, shared.of_missing, missing);
        const unsigned missing_bits = lanes::bits(missing) & present;
        result.missing += static_cast<std::size_t>(std::popcount(missing_bits));
        if (rules.dropna) present &= ~missing_bits;
    }
    present &= lanes::bits(lanes::at_most(identities, shared.threshold));
    lanes::store_selected(out + result.kept, identities, present);
    result.kept += static_cast<std::size_t>(std::popcount(present));
}

template <word_form Form>
CVMCOUNT_TARGET filter_output filter(const filter_input& input, const reading_rules& rules,
                                     std::uint64_t* out) {
    constexpr std::size_t width = lanes::width;
    constexpr unsigned all = (1U << width) - 1;
    constexpr bool form_may_miss = Form == word_form::real || is_time(Form);
    const time_words& times = input.times;
    const auto most = static_cast<std::uint64_t>(times.most);
    const constants shared = {keys_of<Form>(*rules.hash, times.which),
                              lanes::all(rules.threshold),
                              lanes::all(rules.hash->of_missing()),
                              lanes::all(static_cast<std::uint64_t>(times.factor)),
                              lanes::all(most),
                              lanes::all(0 - most),
                              times.least_is_missing};
    filter_output result = {0, 0};
    std::size_t i = 0;
    const auto missing_from = [&](std::size_t first) CVMCOUNT_TARGET {
        return lanes::from_bits((input.missing[first / 8] >> (first % 8)) & all);
    };
    if (input.missing == nullptr) {
        for (; i + width <= input.size; i += width) {
            prefetch_ahead(input.words + 8 * i);
            filter_vector<Form>(input.words + 8 * i, all, lanes::none(), form_may_miss, shared,
                                rules, out, result);
        }
    } else {
        for (; i + width <= input.size; i += width) {
            prefetch_ahead(input.words + 8 * i);
            filter_vector<Form>(input.words + 8 * i, all, missing_from(i), true, shared, rules, out,
                                result);
        }
    }
    if (i < input.size) {
        const std::size_t left = input.size - i;
        std::byte values[8 * width] = {};
        std::memcpy(values, input.words + 8 * i, 8 * left);
        const mask missing = input.missing == nullptr ? lanes::none() : missing_from(i);
        filter_vector<Form>(values, (1U << left) - 1, missing, true, shared, rules, out, result);
    }
    return result;
}

CVMCOUNT_TARGET inline filter_output filter_form(word_form form, const filter_input& input,
                                                 const reading_rules& rules, std::uint64_t* out) {
    switch (form) {
        case word_form::integer:
            return filter<word_form::integer>(input, rules, out);
        case word_form::unsigned_integer:
            return filter<word_form::unsigned_integer>(input, rules, out);
        case word_form::real:
            return filter<word_form::real>(input, rules, out);
        case word_form::time:
            return filter<word_form::time>(input, rules, out);
        case word_form::scaled_time:
            return filter<word_form::scaled_time>(input, rules, out);
    }
    return {0, 0};
}
