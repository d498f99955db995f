"""Gathered data sets as networks take them: verified, of the right study, and kept apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gapworks.factory.errors import DataError
from gapworks.factory.reading import Header, read, verify_kind


def read_dataset(path: Path, study: str) -> tuple[Header, dict[str, np.ndarray]]:
    """A gathered data set of a study, verified.

    Raises
    ------
    DataError
        If the file is damaged, no data set or another study's.
    """
    return dataset_header(path, study), read(path)


def dataset_header(path: Path, study: str) -> Header:
    """The header of a gathered data set of a study, verified.

    Raises
    ------
    DataError
        If the file is damaged, no data set or another study's.
    """
    return verify_kind(path, "dataset", study)


def check_apart(headers: Sequence[Header]) -> None:
    """Training and validation data are of one physics and draw no sample twice.

    Raises
    ------
    DataError
        If they are not, or do.
    """
    first, second = headers
    physics, other = (header.attributes["settings"]["physics"] for header in headers)
    if physics != other:
        raise DataError(f"{second.path}: its physics differs from that of {first.path}")
    drawn = {(h.attributes["seed"], h.attributes["settings"]["stream"]) for h in headers}
    if len(drawn) < len(headers):
        raise DataError(
            f"{second.path}: draws the same samples as {first.path}: it validates nothing"
        )
