"""`python -m cvmcount` is the program `cvmcount`."""

from .cli import run

run()
