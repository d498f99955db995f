"""The example of a package: an input with the network's answer, which loading repeats."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gapworks.factory.seal import sealed, to_text

TOLERANCE = 1e-4
"""Of an answer, over the largest number of its quantity. Networks answer in single precision, where
processors differ by some 1e-6."""
ANSWER = "example/answer.json"

Answers = Mapping[str, np.ndarray]
"""By quantity."""


@dataclass(frozen=True)
class Example:
    """An input.

    Attributes
    ----------
    given : ndarray
        Of any shape; with `columns`, a table of shape (rows, columns).
    said : str
        What it is, in a line.
    columns : sequence of str
        Names of its columns; none: it is kept as .npy.
    """

    given: np.ndarray
    said: str
    columns: Sequence[str] = ()

    @property
    def file(self) -> str:
        """Where it stands in a package."""
        return f"example/input.{'csv' if self.columns else 'npy'}"

    def content(self) -> bytes:
        """The file; read back it is the same to the last bit."""
        written = io.BytesIO()
        if self.columns:
            header = ",".join(self.columns)
            np.savetxt(written, self.given, fmt="%.17g", delimiter=",", header=header, comments="")
        else:
            np.save(written, self.given)
        return written.getvalue()


def read_input(name: str, content: bytes) -> np.ndarray:
    """The input of a package's example.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    if name.endswith(".npy"):
        return np.load(io.BytesIO(content), allow_pickle=False)
    return np.loadtxt(io.BytesIO(content), delimiter=",", skiprows=1, ndmin=2)


def as_json(answers: Answers) -> bytes:
    """An answer as a package keeps it; NaN is null."""
    said = {name: _plain(np.asarray(values, float)) for name, values in answers.items()}
    return to_text(sealed({"answer": said})).encode()


def read_answer(content: bytes) -> dict[str, np.ndarray]:
    """The same, read.

    Raises
    ------
    ValueError, KeyError
        If it cannot be.
    """
    said = json.loads(content)["answer"]
    return {name: np.array(values, float) for name, values in said.items()}


def differences(found: Answers, kept: Answers, tolerance: float) -> list[str]:
    """In what an answer differs from the one that is kept, beyond a tolerance, by quantity."""
    said = [f"{name} is missing" for name in kept.keys() - found.keys()]
    for name in sorted(kept.keys() & found.keys()):
        one, other = np.asarray(found[name], float), kept[name]
        if one.shape != other.shape:
            said.append(f"{name} has shape {one.shape}, not {other.shape}")
        elif not np.array_equal(np.isnan(one), np.isnan(other)):
            said.append(f"{name} is not a number elsewhere")
        else:
            largest = np.nanmax(np.abs(other), initial=0.0)
            off = np.nanmax(np.abs(one - other), initial=0.0)
            if not off <= tolerance * largest:
                said.append(f"{name} is off by {off:.2g} of at most {largest:.3g}")
    return said


def _plain(values: np.ndarray) -> Any:
    """Nested lists in which NaN is None."""
    return np.where(np.isnan(values), None, values.astype(object)).tolist()
