"""Shards: the samples of one range of a data set, in one file, written by one job."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from pathlib import Path
from typing import Literal, Protocol

import numpy as np

from gapworks.factory.container import Coordinate, Variable, Writer
from gapworks.factory.errors import DataError
from gapworks.factory.provenance import solver_digest
from gapworks.factory.ranks import World
from gapworks.factory.reading import Header, read, verify
from gapworks.factory.settings import DatasetSettings


class Study(Protocol):
    """What a study's `dataset` module gives to the factory.

    `VARIABLES` are the arrays of all its data sets: one holds those whose dimensions it has;
    `valid` and `reason`, with its codes, are among them. A study whose samples can be shared among
    ranks, and not only handed out to them, also has `simulate_shared`, with the arguments of
    `simulate` and the world.
    """

    Settings: type[DatasetSettings]
    VARIABLES: Mapping[str, Variable]

    @staticmethod
    def block(settings: DatasetSettings) -> int:
        """Samples to simulate between two signs of progress."""

    @staticmethod
    def coordinates(settings: DatasetSettings) -> dict[str, Coordinate]:
        """The dimensions other than `sample`."""

    @staticmethod
    def simulate(
        settings: DatasetSettings, start: int, stop: int, threads: int
    ) -> dict[str, np.ndarray]:
        """The samples of a range; `valid` is 0 and `reason` says why where one failed."""


def shard_ranges(samples: int, shard_size: int) -> list[tuple[int, int]]:
    """First and one-past-last sample of each shard of a data set."""
    return [(start, min(start + shard_size, samples)) for start in range(0, samples, shard_size)]


def shard_name(start: int, stop: int) -> str:
    """File name of a shard: it says its range, so that a data set that grows keeps its shards."""
    return f"{start}-{stop}.h5"


def simulate_shard(
    study: Study,
    settings: DatasetSettings,
    start: int,
    stop: int,
    output: Path,
    threads: int,
    max_failed_share: float = 0.0,
    advance: Callable[[int], None] = lambda samples: None,
    world: World | None = None,
    share: Literal["samples", "grids"] = "samples",
) -> Header | None:
    """Simulate the samples start ... stop - 1 and write them as one shard.

    Samples that whole shards of the same identity beside `output` hold already are taken from
    them: a data set that grew past a partly filled last shard, or was cut into shards of another
    size, simulates only what is new.

    Every rank of a world calls this; rank 0 writes. The shard is the same bits in any world.

    Parameters
    ----------
    study : Study
        The study's `data.dataset`: what draws and solves.
    settings : DatasetSettings
        Of the data set: they decide the numbers of every sample.
    start, stop : int
        First sample, and one past the last.
    output : Path
        The shard's file.
    threads : int
        Of the solvers, in each rank; no number depends on it.
    max_failed_share : float
        Share of samples that may fail.
    advance : callable
        Is told how many samples more are done.
    world : World, optional
        The ranks that work together; without it this process alone.
    share : {"samples", "grids"}
        Whether whole samples are handed out to the ranks, or all work on one sample at a time. More
        ranks than samples stay idle.

    Returns
    -------
    Header or None
        What the shard says of itself; None on other ranks than 0.

    Raises
    ------
    DataError
        If a larger share of samples failed than `max_failed_share`, the disk is full, a rank
        failed, or the study's samples cannot be shared.
    """
    world = world or World()
    step = study.block(settings)
    plan = world.from_first(lambda: list(_plan(settings, start, stop, output)))
    blocks = [
        (block, min(block + step, last), source)
        for first, last, source in plan
        for block in range(first, last, step)
    ]
    new = [(first, last) for first, last, source in blocks if source is None]
    if share == "samples":
        made = world.in_order(len(new), lambda i: study.simulate(settings, *new[i], threads))
    elif hasattr(study, "simulate_shared"):
        made = (study.simulate_shared(settings, *bounds, threads, world) for bounds in new)
    else:
        raise DataError(f"{settings.study}: ranks can share samples only (--share samples)")
    if world.rank:
        for _ in made:
            pass
        return None
    coordinates = {"sample": sample_coordinate(start, stop), **study.coordinates(settings)}
    variables = held_variables(study, coordinates)
    attributes = {**dataset_attributes(settings), "start": start, "stop": stop}
    attributes["code"] = solver_digest(settings.study)
    failed: list[int] = []
    reasons: Counter[int] = Counter()
    with Writer(output, "shard", attributes, coordinates, variables) as writer:
        for first, last, source in blocks:
            if source is None:
                arrays = next(made)
            else:
                offset = int(source.name.split("-")[0])
                arrays = read(source, list(variables), slice(first - offset, last - offset))
            _check_valid_samples_are_finite(arrays, first)
            bad = np.flatnonzero(arrays["valid"] == 0)
            failed += [first + int(i) for i in bad]
            reasons.update(int(code) for code in np.asarray(arrays["reason"])[bad])
            writer.append(arrays)
            advance(last - first)
        if len(failed) > max_failed_share * (stop - start):
            names = variables["reason"].flags
            said = ", ".join(f"{names[code]} {count}" for code, count in reasons.most_common())
            raise DataError(
                f"{output}: {len(failed)} of {stop - start} samples failed ({said}; "
                f"the first: {failed[:5]}), more than max_failed_share = "
                f"{max_failed_share}. Relax solver settings, or raise max_failed_share "
                f"if these failures are physics."
            )
    return writer.header


def held_variables(study: Study, dimensions: Container[str]) -> dict[str, Variable]:
    """Those of a study's variables whose dimensions a data set has."""
    return {
        name: variable
        for name, variable in study.VARIABLES.items()
        if all(dimension in dimensions for dimension in variable.dimensions)
    }


def dataset_attributes(settings: DatasetSettings) -> dict[str, object]:
    """Attributes that shards and gathered data sets share."""
    return {
        "study": settings.study,
        "dataset": settings.dataset,
        "seed": settings.seed,
        "identity": settings.identity,
        "settings": settings.model_dump(mode="json"),
    }


def sample_coordinate(start: int, stop: int) -> Coordinate:
    """The dimension of samples."""
    return Coordinate(np.arange(start, stop), "1", "index of the sample in its data set")


def verify_member(
    path: Path, settings: DatasetSettings, start: int, stop: int, kind: str = "shard"
) -> Header:
    """Verify a file and that it holds just this range of just this data set.

    Raises
    ------
    DataError
        If it does not; the message says what differs.
    """
    header = verify(path)
    said = header.attributes
    if said["kind"] != kind:
        raise DataError(f"{path}: is a {said['kind']}, not a {kind}")
    if said["identity"] != settings.identity:
        raise DataError(f"{path}: is foreign: {_difference(said, settings)}")
    if (said["start"], said["stop"]) != (start, stop):
        raise DataError(f"{path}: holds samples {said['start']}-{said['stop']}, not {start}-{stop}")
    return header


def _difference(said: Mapping[str, object], settings: DatasetSettings) -> str:
    """What a foreign file's settings say otherwise, key by key."""
    theirs = _flat(said["settings"])
    ours = _flat(settings.model_dump(mode="json"))
    keys = [key for key in sorted(theirs | ours) if theirs.get(key) != ours.get(key)]
    shown = [f"{key} is {theirs.get(key)!r}, wanted {ours.get(key)!r}" for key in keys]
    return "; ".join(shown) or f"identity {said['identity']}, wanted {settings.identity}"


def _flat(tree: object, prefix: str = "") -> dict[str, object]:
    if not isinstance(tree, Mapping):
        return {prefix: tree}
    flat: dict[str, object] = {}
    for key, value in tree.items():
        flat |= _flat(value, f"{prefix}.{key}" if prefix else key)
    return flat


def _plan(
    settings: DatasetSettings, start: int, stop: int, output: Path
) -> Iterator[tuple[int, int, Path | None]]:
    """Cut a range into pieces that a sibling shard holds and pieces to simulate (None)."""
    siblings = []
    for path in output.parent.glob("*.h5"):
        match = re.fullmatch(r"(\d+)-(\d+)\.h5", path.name)
        if match and path != output and int(match[1]) < stop and int(match[2]) > start:
            siblings.append((int(match[1]), int(match[2]), path))
    position = start
    for first, last, path in sorted(siblings, key=lambda sibling: sibling[:2]):
        if last <= position:
            continue
        try:
            said = verify_member(path, settings, first, last).attributes
        except DataError:
            continue  # damaged or foreign: no use here; gather would refuse it by name
        if said.get("code") != solver_digest(settings.study):
            continue  # of other code, whose samples are not mixed with those of this
        if first > position:
            yield position, first, None
        yield max(first, position), min(last, stop), path
        position = min(last, stop)
        if position == stop:
            return
    yield position, stop, None


def _check_valid_samples_are_finite(arrays: Mapping[str, np.ndarray], first: int) -> None:
    valid = arrays["valid"].astype(bool)
    for name, values in arrays.items():
        if values.dtype.kind in "fc":
            finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
            bad = np.flatnonzero(valid & ~finite)
            if bad.size:
                raise DataError(f"sample {first + bad[0]}: {name} is not finite, yet marked valid")
