/* Counts the visitors of two days, merges them, and loads the sketch of both from its bytes. */
#include <cvmcount/cvmcount.h>
#include <stdio.h>
#include <stdlib.h>

static void require(cvmcount_status status) {
    if (status == CVMCOUNT_OK) return;
    fprintf(stderr, "%s\n", cvmcount_last_error());
    exit(1);
}

static cvmcount_sketch* visitors(int begin, int end) {
    cvmcount_sketch* sketch;
    char user[32];
    require(cvmcount_create(NULL, &sketch));
    for (int i = begin; i < end; ++i) {
        const int length = snprintf(user, sizeof user, "user%d", i);
        require(cvmcount_add_text(sketch, user, (size_t)length));
    }
    return sketch;
}

int main(void) {
    cvmcount_sketch* both_days = visitors(0, 60000);
    cvmcount_sketch* tuesday = visitors(40000, 100000);
    require(cvmcount_merge(both_days, tuesday));

    uint64_t low, high;
    require(cvmcount_interval(both_days, 0.95, &low, &high));
    printf("%llu visitors, or %llu to %llu\n", (unsigned long long)cvmcount_count(both_days),
           (unsigned long long)low, (unsigned long long)high);

    unsigned char* bytes;
    size_t size;
    cvmcount_sketch* loaded;
    require(cvmcount_save(both_days, &bytes, &size));
    require(cvmcount_load(bytes, size, &loaded));
    const int differs = cvmcount_count(loaded) != cvmcount_count(both_days);
    cvmcount_free_bytes(bytes);
    cvmcount_free(loaded);
    cvmcount_free(tuesday);
    cvmcount_free(both_days);
    return differs;
}
