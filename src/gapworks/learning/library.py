"""Networks found by name: nobody types a path.

A name stands for `results/SCALE/STUDY/models/NAME.safetensors` below the folder that one works in,
or else for a model package that was installed. What is a path (it has a folder or a suffix, is a
file here or the folder of a package) is taken as it is.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml

from gapworks.factory.errors import DataError
from gapworks.learning.cards import train_again
from gapworks.learning.packages.contents import ARCHIVE, is_package
from gapworks.study import STUDIES

RESULTS = "results"
SCALE = "laptop"
"""Where no config.yaml in the folder says another."""
WEIGHTS = ".safetensors"
PLACES = "GAPWORKS_MODELS"
"""In the environment: folders with model packages, in place of the person's own."""

Network = TypeVar("Network")


def find_network(network: str | Path, study: str | None = None, scale: str | None = None) -> Path:
    """The file of a network.

    Parameters
    ----------
    network : str or Path
        Its name, as the workflow calls it; or a path of weights or of a package.
    study : str, optional
        Whose it is; None: any study's.
    scale : str, optional
        Where in results/ a name is looked for first; None: the scale of config.yaml in this folder,
        else laptop. If given, nowhere else.

    Returns
    -------
    Path
        Of the weights, or of a package.

    Raises
    ------
    DataError
        If there is none, or more than one study has it: what there is, and the command that makes
        it.
    """
    text, path = os.fspath(network), Path(network)
    if os.sep in text or path.suffix in (WEIGHTS, ARCHIVE, ".json") or is_package(path):
        return path
    if path.exists() and not path.is_dir():
        return path
    studies = [study] if study else list(STUDIES)
    where = scale or default_scale()
    made = [one for name in studies if (one := _made(text, name, where)).is_file()]
    found = made or [] if scale else made or list(_installed(text, studies))
    if len(found) == 1:
        return found[0]
    if found:
        raise DataError(
            f"{text}: there is more than one, {' and '.join(map(str, found))}: say which by "
            "--study, or give the path"
        )
    raise DataError(_missing(text, studies, where))


def open_network(kind: type[Network], network: str | Path, scale: str | None = None) -> Network:
    """A trained network of a study, by name, by the path of its weights, or from a package.

    Parameters
    ----------
    kind : type
        The study's subclass of `TrainedNetwork`.
    network, scale
        As of `find_network`.

    Raises
    ------
    DataError
        As `find_network`; or if it is damaged, another study's or another version's, or if a
        package's example is not answered as the package says.
    """
    path = find_network(network, kind.study, scale)
    if is_package(path) or path.is_dir():  # a folder without its list is named as what it is
        from gapworks.learning.packages.opening import open_package

        return open_package(path, kind)
    return kind.load(path)


def again(path: Path) -> str:
    """The way out when a network lacks what is asked of it."""
    if is_package(path):
        return f"take another than {path.stem}, or one that was packaged of a newer training"
    return train_again(path)


def default_scale() -> str:
    """The scale of config.yaml in this folder; laptop, if there is none."""
    try:
        said: Any = yaml.safe_load(Path("config.yaml").read_text())
        scale = said.get("scale", SCALE)
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return SCALE
    return scale if isinstance(scale, str) else SCALE


def package_folders() -> list[Path]:
    """Where packages are installed, below it by study: those of `PLACES`, else the person's own."""
    if said := os.environ.get(PLACES):
        return [Path(one) for one in said.split(os.pathsep) if one]
    data = os.environ.get("XDG_DATA_HOME") or Path("~/.local/share").expanduser()
    return [Path(data) / "gapworks" / "models"]


def _made(name: str, study: str, scale: str) -> Path:
    return Path(RESULTS, scale, study, "models", name + WEIGHTS)


def _installed(name: str, studies: list[str]) -> Iterator[Path]:
    """The package of that name in each study, in the first folder that has one."""
    for study in studies:
        for folder in package_folders():
            places = (folder / study / (name + ARCHIVE), folder / study / name)
            if found := next((place for place in places if place.exists()), None):
                yield found
                break


def _missing(name: str, studies: list[str], scale: str) -> str:
    """That there is no such network; what there is, and how to make it."""
    there = {study: _names(study, scale) for study in studies}
    known = sorted({one for names in there.values() for one in names})
    elsewhere = sorted(
        path.parents[2].name
        for study in studies
        for path in Path().glob(f"{RESULTS}/*/{study}/models/{name}{WEIGHTS}")
    )
    whose = studies[0] if len(studies) == 1 else "any study"
    said = f"{name}: there is no network of {whose} with this name at scale {scale}, or installed"
    listed = "; ".join(f"{study}: {', '.join(names)}" for study, names in there.items() if names)
    said += f"; there are {listed}" if listed else "; there is none at all"
    if elsewhere:
        return f"{said}; --scale {' or '.join(elsewhere)} has it"
    if close := difflib.get_close_matches(name, known, 1):
        said += f"; did you mean {close[0]}?"
    study = studies[0] if len(studies) == 1 else "STUDY"
    made = f"snakemake -c2 {_made(name, study, scale)}"
    if Path("Snakefile").exists():
        return f"{said}; this makes it: {made}"
    return (
        f"{said}; none comes with gapworks: give the package that somebody made of theirs "
        f"({name}{ARCHIVE}, by `gapworks package {name}`), or make it in a checkout of gapworks: "
        f"{made}"
    )


def _names(study: str, scale: str) -> list[str]:
    """Networks of a study that are there."""
    made = Path(RESULTS, scale, study, "models").glob(f"[!.]*{WEIGHTS}")
    installed = [
        path
        for folder in package_folders()
        for path in (folder / study).glob("*")
        if is_package(path)
    ]
    return sorted({path.stem if path.suffix else path.name for path in (*made, *installed)})
