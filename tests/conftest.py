"""Settings for all tests."""

from hypothesis import settings

# Reproducible, as everything here: a red run stays red. --hypothesis-profile=explore looks further.
settings.register_profile("reproducible", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=10_000, deadline=None, database=None)
settings.load_profile("reproducible")
