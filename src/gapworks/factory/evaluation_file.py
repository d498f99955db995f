"""Evaluation files: what is taken from data and networks before anything is drawn or tabled.

A module of a study's `evaluation/` has `evaluate(settings, given, threads, report)`: the settings
of its step, the files that it is made of, threads of solvers and of torch, and where lines of
progress go. It gives an `Evaluation`, and raises DataError if a file cannot be read or does not
fit the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gapworks.factory.container import Coordinate, Variable, Writer
from gapworks.factory.errors import DataError
from gapworks.factory.reading import Header, read, verify_kind

Report = Callable[[str], None]
"""Is told a line of progress."""


class Files(dict[str, Path]):
    """Files by name, as a command was given them; one that is missing is asked for by name."""

    def __init__(self, option: str, files: Sequence[tuple[str, Path]]) -> None:
        super().__init__(files)
        self._option = option
        names = [name for name, _ in files]
        if twice := {name for name in names if names.count(name) > 1}:
            raise DataError(f"{option}: {', '.join(sorted(twice))} is given twice")

    def __missing__(self, name: str) -> Path:
        raise DataError(
            f"{self._option} {name}=FILE is missing; given: {', '.join(self) or 'none'}; snakemake "
            "-np FILE prints the command that makes a file"
        )


@dataclass(frozen=True)
class Given:
    """What an evaluation is made of, as files: by the names that the study's plan gives them."""

    data: Mapping[str, Path] = field(default_factory=dict)
    """Data sets by what they are to the evaluation."""
    networks: Mapping[str, Path] = field(default_factory=dict)
    """Weights of trained networks, by name."""
    evaluations: Mapping[str, Path] = field(default_factory=dict)
    """Other evaluations, by name."""

    def datasets(self, *names: str) -> list[Path]:
        """The data sets of these names, in order.

        Raises
        ------
        DataError
            If one is missing, or one of another name is given.
        """
        found = [self.data[name] for name in names]
        if unknown := ", ".join(self.data.keys() - set(names)):
            raise DataError(f"--data {unknown}: is not asked for; known: {', '.join(names)}")
        return found

    def network(self) -> tuple[str, Path]:
        """The one network, and its name.

        Raises
        ------
        DataError
            If none is given, or several.
        """
        if len(self.networks) != 1:
            given = ", ".join(self.networks) or "none"
            raise DataError(f"give one --network NAME=FILE; given: {given}")
        ((name, path),) = self.networks.items()
        return name, path


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation file will hold.

    Attributes
    ----------
    attributes : dict
        What it says of itself: `dataset` and `method`, whose names make the file's, and more.
    coordinates, variables, arrays : mapping
        As `container.Writer` takes them; variables without an array are left out.
    """

    attributes: dict[str, Any]
    coordinates: dict[str, Coordinate]
    variables: Mapping[str, Variable]
    arrays: dict[str, np.ndarray] = field(repr=False)

    @property
    def name(self) -> str:
        """The file's name by convention, see `conventional_name`."""
        return conventional_name(self.attributes)

    def write(self, path: Path, study: str, settings: Mapping[str, Any]) -> None:
        """Write the file, whole or not at all, with its study and the settings of its step."""
        attributes = {"study": study, **self.attributes, "settings": dict(settings)}
        variables = {name: self.variables[name] for name in self.arrays}
        with Writer(path, "evaluation", attributes, self.coordinates, variables) as writer:
            writer.append(self.arrays)


@dataclass(frozen=True)
class Evaluated:
    """An evaluation file as read back: what it says of itself, and its arrays by name."""

    attributes: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def dataset(self) -> str:
        """The data set's name."""
        return self.attributes["dataset"]

    @property
    def method(self) -> str:
        """What was evaluated: a solver, or the network that predicted."""
        return self.attributes["method"]

    @property
    def name(self) -> str:
        """The file's name by convention, see `conventional_name`."""
        return conventional_name(self.attributes)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def row(self, dimension: str, value: float) -> int:
        """Index of a value of a coordinate.

        Raises
        ------
        KeyError
            If it is not among the coordinate's values.
        """
        found = np.flatnonzero(np.isclose(self[dimension], value))
        if not len(found):
            raise KeyError(f"{self.name}: no {dimension} {value:g} in {self[dimension]}")
        return int(found[0])


def conventional_name(attributes: Mapping[str, Any]) -> str:
    """An evaluation file's name: data set and method, or one where they are the same."""
    dataset, method = attributes["dataset"], attributes["method"]
    return method if dataset == method else f"{dataset}-{method}"


def alone(name: str) -> dict[str, Any]:
    """Attributes of an evaluation of no data set, which is called what it evaluates."""
    return {"dataset": name, "method": name}


def about_data(header: Header, method: str) -> dict[str, Any]:
    """Attributes of an evaluation of a data set, as read from its file: whose it is, by what."""
    said = header.attributes
    return {
        "dataset": said["dataset"],
        "method": method,
        "data_identity": said["identity"],
        "data_sha256": header.sha256,
    }


def read_evaluation(path: Path, study: str) -> Evaluated:
    """Read and verify an evaluation of a study.

    Raises
    ------
    DataError
        If the file is damaged or something else.
    """
    return Evaluated(verify_kind(path, "evaluation", study).attributes, read(path))
