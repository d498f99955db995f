"""Randomness by index: a sample's draws depend on where it stands and on nothing else.

Whatever the shard size, the order, the number of threads or ranks, sample i of a data set draws
the same numbers; growing a data set appends.
"""

from __future__ import annotations

from numpy.random import Generator, Philox, SeedSequence

STUDIES = {"chain": 1, "eliashberg": 2, "qpi": 3}
"""The number of each study in the seeds; never changed, never reused."""


def sample_generator(seed: int, study: str, stream: int, index: int) -> Generator:
    """The random generator of one sample.

    Parameters
    ----------
    seed : int
        Root of all randomness, `seed` in config.yaml.
    study : str
        A key of `STUDIES`.
    stream : int
        The data set's number within its study.
    index : int
        The sample's index within its data set, counted from 0.
    """
    return Generator(Philox(SeedSequence(seed, spawn_key=(STUDIES[study], stream, index))))
