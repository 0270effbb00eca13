"""Reads the options of the command line."""

import argparse


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def make_parser(document, *, rounds=None, items=None, write=None):
    """Make a parser with those of --rounds, --items and --write that have a default or a file."""
    parser = argparse.ArgumentParser(description=document.splitlines()[0])
    if items:
        parser.add_argument("--items", type=positive, default=items)
    if rounds:
        parser.add_argument("--rounds", type=positive, default=rounds)
    if write:
        parser.add_argument("--write", action="store_true", help=f"write {write}")
    return parser


def is_meant(name, words):
    return not words or any(word in name for word in words)
