"""What every Python process of a whole run spends its CPU time on, for benchmarks/whole.py.

Python imports this module at its start where its folder is on PYTHONPATH. When the process ends, a
line of JSON is added to the file that GAPWORKS_ACCOUNT names. A process that was forked (a step of
`gapworks.runs.forking`) begins at zero.
"""

import atexit
import builtins
import functools
import importlib
import json
import os
import sys
import time
from contextlib import contextmanager

READING = {
    "gapworks.factory.reading": ("verify", "read", "opened"),
    "gapworks.factory.files": ("read_whole",),
    "gapworks.factory.evaluation_file": ("read_evaluation",),
    "gapworks.products.statement": ("check_inputs",),
}
"""Functions that read and verify files."""

spent = {"imports": 0.0, "reading": 0.0}
inside: list[str] = []
begun = {"wall": time.time(), "cpu": 0.0}


@contextmanager
def counted(what):
    """Count CPU seconds, unless something is being counted already."""
    before = time.process_time()
    inside.append(what)
    try:
        yield
    finally:
        inside.pop()
        if not inside:
            spent[what] += time.process_time() - before


def counting(what, function):
    """The same function, counted."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        with counted(what):
            return function(*args, **kwargs)

    return call


def importing(original):
    """An import, counted; functions that read are counted from their module's import on."""

    @functools.wraps(original)
    def call(*args, **kwargs):
        with counted("imports"):
            found = original(*args, **kwargs)
        for name in [name for name in READING if name in sys.modules]:
            module = sys.modules[name]
            if all(hasattr(module, function) for function in READING[name]):
                for function in READING.pop(name):
                    setattr(module, function, counting("reading", getattr(module, function)))
        return found

    return call


def start_again():
    """In a forked process."""
    spent.update(imports=0.0, reading=0.0)
    inside.clear()
    begun.update(wall=time.time(), cpu=0.0)


def write():
    """The line of this process."""
    line = {
        "process": os.getpid(),
        "words": sys.argv,
        "begun": begun["wall"],
        "wall": time.time() - begun["wall"],
        "cpu": time.process_time(),
        "children": sum(os.times()[2:4]),
        **spent,
    }
    with open(os.environ["GAPWORKS_ACCOUNT"], "a") as file:
        file.write(json.dumps(line) + "\n")


if os.environ.get("GAPWORKS_ACCOUNT"):
    spent["imports"] = time.process_time()  # of the interpreter itself
    builtins.__import__ = importing(builtins.__import__)
    importlib.import_module = importing(importlib.import_module)
    os.register_at_fork(after_in_child=start_again)
    atexit.register(write)
