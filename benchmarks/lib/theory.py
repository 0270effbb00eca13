"""Says how far off results may be."""

import math
import statistics

STANDARD_ERRORS = 5  # by which a result may be off: once in two million


def rms(errors):
    return math.sqrt(statistics.fmean(error**2 for error in errors))


def hashed_error(k, n):
    """RSE * sqrt(k) of the martingale estimate (Cohen 2015)."""
    variance = ((n * (n - 1) - k * (k - 1)) / (2 * (k - 1)) - (n - k)) / n**2
    return math.sqrt(variance * k)


def merged_error(k, n):
    """RSE * sqrt(k) of (k-1)/U_k."""
    return math.sqrt((n - k + 1) / (n * (k - 2)) * k)
