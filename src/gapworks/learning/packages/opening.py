"""Opening a model package: nothing is answered before its own example is."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from gapworks.factory.errors import DataError
from gapworks.learning.packages.contents import Contents, get_again, read_package
from gapworks.learning.packages.example import differences, read_answer, read_input
from gapworks.study import study

Network = TypeVar("Network")


def open_package(place: Path, kind: type[Network]) -> Network:
    """The network of a package.

    Parameters
    ----------
    place : Path
        A folder, or an archive.
    kind : type
        The study's subclass of `TrainedNetwork`.

    Raises
    ------
    DataError
        If a file of the package is missing or was altered, if it is another study's or another
        version's, or if the network does not answer the package's example as the package says.
    """
    contents = read_package(place)
    if contents.study != kind.study:
        raise DataError(f"{place}: is a network of {contents.study}, not of {kind.study}")
    network = rebuilt(contents, kind)
    check_example(contents, network)
    return network


def rebuilt(contents: Contents, kind: type[Network]) -> Network:
    """The network of a package's files, its example not asked."""
    name = contents.name
    with tempfile.TemporaryDirectory(prefix="gapworks-") as folder:
        for suffix in (".safetensors", ".json"):
            if name + suffix not in contents.files:
                raise DataError(f"{contents.place}: lists no {name}{suffix}; {get_again()}")
            Path(folder, name + suffix).write_bytes(contents.files[name + suffix])
        try:
            return kind.load(Path(folder, f"{name}.safetensors"))
        except DataError as error:
            # Of a place that is gone, and with the way out of a run's own networks.
            said = str(error).replace(folder, str(contents.place)).split("; train it again")[0]
            raise DataError(f"{said}; {get_again()}") from error


def check_example(contents: Contents, network: Any) -> None:
    """Put a package's example through its network.

    Raises
    ------
    DataError
        If the answer is not the one that the package keeps.
    """
    place, said = contents.place, contents.manifest["example"]
    try:
        given = read_input(said["input"], contents.files[said["input"]])
        kept = read_answer(contents.files[said["answer"]])
        with np.errstate(all="ignore"):
            found = study(contents.study).find("inference.packaged:answers")(network, given)
        off = differences(found, kept, float(said["tolerance"]))
    except (KeyError, TypeError, ValueError, IndexError, RuntimeError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{place}: its example cannot be asked ({type(error).__name__}: {error}); {get_again()}"
        ) from error
    if off:
        raise DataError(
            f"{place}: its network does not answer the example as the package says: "
            f"{'; '.join(off)} (tolerance {said['tolerance']:g} of the largest): the weights, the "
            f"example or the code that answers are others; it was made with gapworks "
            f"{contents.manifest['made_with']['gapworks']}; {get_again()}"
        )
