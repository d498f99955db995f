"""Gathering: many shards become one contiguous, verified data set."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from gapworks.factory.container import BLOCK_BYTES, Writer
from gapworks.factory.errors import DataError, DiskError
from gapworks.factory.provenance import solver_digest
from gapworks.factory.reading import Header, read
from gapworks.factory.settings import DatasetSettings
from gapworks.factory.shards import (
    Study,
    dataset_attributes,
    held_variables,
    sample_coordinate,
    shard_name,
    shard_ranges,
    verify_member,
)

LARGEST_ITEM = 16
"""Bytes of a complex number of double precision."""


def gather(
    study: Study,
    settings: DatasetSettings,
    folder: Path,
    samples: int,
    shard_size: int,
    output: Path,
    advance: Callable[[int], None] = lambda samples: None,
    mixed_code: bool = False,
) -> Header:
    """Verify all shards of a data set and copy them into one file.

    Parameters
    ----------
    study : Study
        The study's `data.dataset`: what its variables are.
    settings : DatasetSettings
        Of the data set, as for its shards.
    folder : Path
        Where the shards are.
    samples, shard_size : int
        Size of the data set and of its shards: they give the names.
    output : Path
        The data set's file.
    advance : callable
        Is told how many samples more are in.
    mixed_code : bool
        Take shards that different versions of the solver's code made; their settings say that the
        numbers are the same.

    Raises
    ------
    DataError
        Naming every shard that is missing, truncated, altered or foreign, or of other code than the
        rest, and the command that makes them again; and every one that could not be read. Nothing
        is written then.
    """
    ranges = shard_ranges(samples, shard_size)
    paths = [folder / shard_name(*bounds) for bounds in ranges]
    headers, problems, bad, unread = [], [], [], 0
    for path, (start, stop) in zip(paths, ranges, strict=True):
        try:
            headers.append(verify_member(path, settings, start, stop))
        except DiskError as error:
            problems.append(str(error))
            unread += 1
        except DataError as error:
            problems.append(str(error))
            bad.append(str(path))
    if unread:
        problems.append(
            f"{unread} of {len(paths)} shards could not be read, which says nothing against them: "
            "keep them. Look at the file system, then run the same command again"
        )
    if bad:
        problems.append(
            f"{len(bad)} of {len(paths)} shards cannot be gathered. Make them again:\n"
            f"  {_make_again(bad)}"
        )
    if problems:
        raise (DataError if bad else DiskError)("\n".join(problems))
    codes = Counter(header.attributes.get("code", "unknown") for header in headers)
    if len(codes) > 1 and not mixed_code:
        raise DataError(_said_of(codes, headers, settings.study))
    attributes = {
        **dataset_attributes(settings),
        "start": 0,
        "stop": samples,
        "shards": [header.sha256 for header in headers],
        "code": " ".join(sorted(codes)),
    }
    coordinates = {"sample": sample_coordinate(0, samples), **study.coordinates(settings)}
    variables = held_variables(study, coordinates)
    with Writer(output, "dataset", attributes, coordinates, variables) as writer:
        for header, (start, stop) in zip(headers, ranges, strict=True):
            # An upper bound: all arrays of complex numbers.
            row_bytes = sum(LARGEST_ITEM * int(np.prod(s[1:])) for s in header.shapes.values())
            rows = max(1, BLOCK_BYTES // row_bytes)
            for first in range(0, stop - start, rows):
                arrays = read(header.path, list(variables), slice(first, first + rows))
                writer.append(arrays)
                advance(min(first + rows, stop - start) - first)
    return writer.header


def _make_again(paths: Sequence[str]) -> str:
    names = shlex.join(paths)
    snakemake = shlex.quote(str(Path(sys.executable).with_name("snakemake")))
    return f"rm -f {names} && {snakemake} -c2 {names}"


def _said_of(codes: Mapping[str, int], headers: Sequence[Header], study: str) -> str:
    """That shards are of different code, and both ways out."""
    ours = solver_digest(study)
    kept = ours if ours in codes else max(codes, key=lambda code: codes[code])
    others = [str(h.path) for h in headers if h.attributes.get("code", "unknown") != kept]
    listed = ", ".join(
        f"{count} by {code}{' (the code that is here)' if code == ours else ''}"
        for code, count in codes.items()
    )
    return (
        f"{headers[0].path.parent}: its shards were made by different code: {listed}. "
        f"Make {len(others)} of them again:\n  {_make_again(others)}\n"
        "or, if you know that the change moves no numbers, take them as they are: "
        "mixed_code: true in config.yaml (gapworks gather --mixed-code)"
    )
