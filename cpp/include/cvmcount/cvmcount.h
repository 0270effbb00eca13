/* The sketch of cvmcount/sketch.hpp for C, and for whatever calls C.
 *
 * Every function that can fail returns a status, and none throws. Where it is not CVMCOUNT_OK, the
 * function has changed nothing but what its comment says, and cvmcount_last_error() has the reason.
 * A sketch may be read by many threads, or changed by one.
 */
#ifndef CVMCOUNT_CVMCOUNT_H
#define CVMCOUNT_CVMCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cvmcount/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Defined by the Arrow C data interface. */
struct ArrowArrayStream;

typedef struct cvmcount_sketch cvmcount_sketch;

typedef enum cvmcount_status {
    CVMCOUNT_OK = 0,
    CVMCOUNT_INVALID = 1, /* an argument is: a null pointer, or out of range; or bytes are */
    CVMCOUNT_NO_MEMORY = 2,
    CVMCOUNT_STREAM_ERROR = 3 /* an Arrow stream stopped with an error of its own */
} cvmcount_status;

typedef struct cvmcount_settings {
    double epsilon;   /* the estimate is off by more than a fraction of epsilon ... */
    double delta;     /* ... with a probability of at most delta; both between 0 and 1 */
    size_t capacity;  /* elements in the buffer, 3 to 2**31; 0 takes what epsilon and delta need */
    bool fresh_coins; /* a coin for each occurrence: slower, and does not merge */
    bool count_missing; /* missing values are one element together, instead of none */
    uint64_t seed;      /* sketches of one seed can be merged */
} cvmcount_settings;

/* epsilon 0.05, delta 0.001, and nothing else. */
CVMCOUNT_API cvmcount_settings cvmcount_default_settings(void);

/* Why the last function that failed on this thread did: text that lasts until the next one does. */
CVMCOUNT_API const char* cvmcount_last_error(void);

/* Makes a sketch that has seen nothing, of default settings where they are null. */
CVMCOUNT_API cvmcount_status cvmcount_create(const cvmcount_settings* settings,
                                             cvmcount_sketch** sketch);
CVMCOUNT_API cvmcount_status cvmcount_copy(const cvmcount_sketch* sketch, cvmcount_sketch** copy);

/* A null pointer is fine. */
CVMCOUNT_API void cvmcount_free(cvmcount_sketch* sketch);

/* Adding items. What came before an error is counted. Equal values are one element, whatever their
 * type: 1 and 1.0 are. NaN is a missing value. Text is UTF-8; other bytes are an element, too. */
CVMCOUNT_API cvmcount_status cvmcount_update_int64(cvmcount_sketch* sketch, const int64_t* values,
                                                   size_t count);
CVMCOUNT_API cvmcount_status cvmcount_update_uint64(cvmcount_sketch* sketch, const uint64_t* values,
                                                    size_t count);
CVMCOUNT_API cvmcount_status cvmcount_update_double(cvmcount_sketch* sketch, const double* values,
                                                    size_t count);
CVMCOUNT_API cvmcount_status cvmcount_add_text(cvmcount_sketch* sketch, const char* text,
                                               size_t length);
/* Each text ends with a zero byte where lengths are null. */
CVMCOUNT_API cvmcount_status cvmcount_update_text(cvmcount_sketch* sketch, const char* const* texts,
                                                  const size_t* lengths, size_t count);
/* A column, or a table of one column. The stream is released, whatever happens. */
CVMCOUNT_API cvmcount_status cvmcount_update_arrow(cvmcount_sketch* sketch,
                                                   struct ArrowArrayStream* stream);

/* Answers. The estimate is unbiased, because it is never rounded or clamped; the count is it,
 * rounded, and clamped to what is certain: the number to show. */
CVMCOUNT_API double cvmcount_estimate(const cvmcount_sketch* sketch);
CVMCOUNT_API uint64_t cvmcount_count(const cvmcount_sketch* sketch);
CVMCOUNT_API bool cvmcount_is_exact(const cvmcount_sketch* sketch);
CVMCOUNT_API uint64_t cvmcount_items_seen(const cvmcount_sketch* sketch);
/* An approximate interval of a confidence strictly between 0 and 1. */
CVMCOUNT_API cvmcount_status cvmcount_interval(const cvmcount_sketch* sketch, double confidence,
                                               uint64_t* low, uint64_t* high);

/* Adds what the other has seen. Both must have hashed coins, and one seed and count_missing. The
 * smaller capacity becomes that of the sketch. */
CVMCOUNT_API cvmcount_status cvmcount_merge(cvmcount_sketch* sketch, const cvmcount_sketch* other);

/* Saves it as bytes that are the same on every machine, for cvmcount_free_bytes() to free. */
CVMCOUNT_API cvmcount_status cvmcount_save(const cvmcount_sketch* sketch, unsigned char** bytes,
                                           size_t* size);
CVMCOUNT_API void cvmcount_free_bytes(unsigned char* bytes);
/* The bytes may come from anywhere, from Python, too: what is no saved sketch is refused. */
CVMCOUNT_API cvmcount_status cvmcount_load(const unsigned char* bytes, size_t size,
                                           cvmcount_sketch** sketch);

#ifdef __cplusplus
}
#endif

#endif
