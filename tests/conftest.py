"""Settings for all tests."""

import signal

from hypothesis import settings

# Reproducible, as everything here: a red run stays red. --hypothesis-profile=explore looks further.
settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=10_000, deadline=None, database=None)
settings.load_profile("reproducible")

# Started in the background, tests ignore Ctrl-C, and so would the programs that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
