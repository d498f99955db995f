"""Randomness by index: a sample's draws depend on where it stands and on nothing else.

Whatever the shard size, the order, the number of threads or ranks, sample i of a data set draws
the same numbers; growing a data set appends.
"""

from __future__ import annotations

from importlib import import_module

from numpy.random import Generator, Philox, SeedSequence


def study_number(study: str) -> int:
    """The number of a study in all seeds: its package's `NUMBER`, never changed, never reused."""
    return import_module(f"gapworks.{study}").NUMBER


def sample_generator(seed: int, study: str, stream: int, index: int) -> Generator:
    """The random generator of one sample.

    Parameters
    ----------
    seed : int
        Root of all randomness, `seed` in config.yaml.
    study : str
        Its name.
    stream : int
        The data set's number within its study.
    index : int
        The sample's index within its data set, counted from 0.
    """
    return Generator(Philox(SeedSequence(seed, spawn_key=(study_number(study), stream, index))))
