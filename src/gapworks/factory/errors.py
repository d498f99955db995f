"""What goes wrong with data, as a user is told it."""

from __future__ import annotations

import errno
import os


class DataError(Exception):
    """A data file is missing, damaged, foreign or cannot be written; says which and the way out."""


class Refused(DataError):
    """What is not answered though no file is wrong; exit code 2.

    An input can be read and cannot be judged: answering would be guessing. Or a package or a
    checkout is lacking.
    """


class DiskError(DataError):
    """The operating system did not let a file be read or written.

    Nothing is known of what the file holds: nobody is to be told that it is damaged, or to delete
    it.
    """


def reason(error: OSError) -> str:
    """What the operating system said, in words, and the name of its code."""
    if error.errno is None:
        return " ".join(str(error).split())
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    words = "the disk is full" if full else os.strerror(error.errno)
    return f"{words} ({errno.errorcode.get(error.errno, error.errno)})"
