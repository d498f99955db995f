"""What goes wrong with data, as a user is told it."""

from __future__ import annotations


class DataError(Exception):
    """A data file is missing, damaged, foreign or cannot be written; says which and the way out."""


class UnreadableError(DataError):
    """A file cannot be read, by the fault of its file system or its rights: it may be healthy."""
