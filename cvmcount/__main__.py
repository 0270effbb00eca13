"""`python -m cvmcount` is the program `cvmcount`."""

from .cli import run

if __name__ == "__main__":
    run()
