/* What a shared library shows of itself. */
#ifndef CVMCOUNT_API_H
#define CVMCOUNT_API_H

#if defined(CVMCOUNT_EXPORTS) && defined(__GNUC__)
#define CVMCOUNT_API __attribute__((visibility("default")))
#else
#define CVMCOUNT_API
#endif

#endif
