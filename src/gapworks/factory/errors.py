"""What goes wrong with data, as a user is told it."""

from __future__ import annotations


class DataError(Exception):
    """A data file is missing, damaged, foreign or cannot be written; says which and the way out."""


class Refused(DataError):
    """An input that can be read and cannot be judged: answering would be guessing; exit code 2."""
