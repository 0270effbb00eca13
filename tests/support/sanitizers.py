"""Marks what cannot be tested under sanitizers, which `dev.py sanitize` preloads."""

import os

import pytest

SANITIZED = "san.so" in os.environ.get("LD_PRELOAD", "")
without_sanitizers = pytest.mark.skipif(
    SANITIZED, reason="sanitizers take memory of their own, and time"
)
