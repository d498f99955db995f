"""What the page answers: a command each, the files it takes, the options it shows first."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from gapworks.app.fields import Field, fields_of, typed, written_by
from gapworks.study import STUDIES, study

_NAMES = {"csv": "answer", "json": "answer", "output": "delta"}
"""What files are called by, where the option's name says little."""


@dataclass(frozen=True)
class Example:
    """A file that comes along, and what is to be said of it."""

    place: str
    given: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Of the file."""
        return Path(self.place).name

    def content(self) -> bytes:
        """All of it."""
        return files("gapworks.app").joinpath("examples", self.place).read_bytes()


@dataclass(frozen=True)
class Task:
    """One command on a person's own file.

    Attributes
    ----------
    title : str
    command : tuple of str
        What is typed first: ("solve", "eliashberg").
    about : str
        What to give, and how long it takes.
    first : tuple of str
        Names of the options that are shown first; the others are folded away.
    examples : mapping of str to Example
        By what they are called on the page.
    file : str
        The option that the file is given with; "": it stands by itself.
    needs_file : bool
    """

    title: str
    command: tuple[str, ...]
    about: str
    first: tuple[str, ...]
    examples: Mapping[str, Example]
    file: str = ""
    needs_file: bool = True

    @property
    def takes_several(self) -> bool:
        """Whether files are answered together."""
        return self.command[0] == "solve"

    @cached_property
    def _parser(self) -> argparse.ArgumentParser:
        """Of a command that answers by the equations."""
        name, *of = self.command
        of = of or [one for one in STUDIES if name in study(one).answers]
        parser = argparse.ArgumentParser()
        chosen = study(of[0])
        chosen.find(chosen.answers[name].arguments)(parser)
        return parser

    @cached_property
    def fields(self) -> list[Field]:
        """Its options, in the command's order."""
        if self.command[0] != "predict":
            return [one for one in fields_of(self._parser) if one.flag != self.file]
        options = study(self.command[1]).own_data.options
        network = Field("network", "weights (.safetensors), their card (.json) beside them", "file")
        force = Field("force", "answer what would be refused", "yes")
        kinds = {"flag": "yes"}
        own = [
            Field(
                name,
                one.help,
                "choice" if one.choices else kinds.get(one.kind, "text"),
                tuple(one.choices or ()),
            )
            for name, one in options.items()
            if one.kind != "output"
        ]
        return [network, *own, force]

    @cached_property
    def written(self) -> dict[str, str]:
        """Options that name what is written, and the suffixes."""
        if self.command[0] != "predict":
            return written_by(self._parser)
        options = study(self.command[1]).own_data.options
        named = [name for name, one in options.items() if one.kind == "output"]
        suffixes = {"figure": ".png"}
        return {name: suffixes.get(name, ".csv") for name in ("output", *named)}

    def suggested(self) -> dict[str, str]:
        """Values of options that are likely here: a network that a run has left in this folder."""
        if self.command[0] != "predict":
            return {}
        found = Path.cwd().glob(f"results/*/{self.command[1]}/models/surrogate.safetensors")
        newest = max(found, key=lambda path: path.stat().st_mtime, default=None)
        return {} if newest is None else {"network": str(newest)}

    def words(self, names: Sequence[str], values: Mapping[str, Any]) -> list[str]:
        """The whole command, as it is typed after `gapworks`.

        Parameters
        ----------
        names : sequence of str
            Files that are to be answered.
        values : mapping
            Of the fields, by name.
        """
        named = [name if not name.startswith("-") else f"./{name}" for name in names]
        given = [self.file, *named] if self.file and named else named
        stem = Path(names[0]).stem if names else self.command[0]
        stem = stem if not stem.startswith("-") else f"./{stem}"
        wanted = [
            word
            for name, suffix in self.written.items()
            for word in (f"--{name}", f"{stem}-{_NAMES.get(name, name)}{suffix}")
        ]
        return [*self.command, *given, *typed(self.fields, values), *wanted]


_LEAD = "dI/dV of lead, simulated"
TASKS = (
    Task(
        "a2F: T_c, gap and density of states",
        ("solve", "eliashberg"),
        "An alpha^2F as EPW, Quantum ESPRESSO, Elk or a table (omega, a2F) has it; all smearings "
        "of a file are solved. Seconds.",
        ("mu_star", "temperature", "unit", "column"),
        {
            "a2F like lead's, laid out by EPW": Example("lead.a2f", {"temperature": "4"}),
            "a2F like MgB2's, laid out by Elk": Example(
                "mgb2/ALPHA2F.OUT", {"mu_star": "0.1 0.13"}
            ),
        },
    ),
    Task(
        "Gap function, DOS or dI/dV: a2F with bands",
        ("invert",),
        "Columns of energy and Re Delta, Im Delta; of energy and N / N_F; or of voltage and dI/dV. "
        "Bands of 68 and 95 %. A minute or so.",
        ("kind", "temperature", "modulation", "broadening", "noise", "unit", "column", "force"),
        {
            _LEAD: Example(
                "didv.csv", {"kind": "conductance", "temperature": "1.2", "modulation": "0.1"}
            ),
            "gap function of lead, simulated": Example(
                "gap.csv", {"kind": "gap", "temperature": "1.2"}
            ),
        },
    ),
    Task(
        "Maps around an impurity: which pairing",
        ("identify",),
        "LDOS or dI/dV maps around one impurity at one or several energies: numpy, text, HDF5, "
        "NetCDF, Nanonis, Omicron, RHK. A minute or so.",
        ("energies", "unit", "raster", "field_of_view", "lattice_constant", "channel", "force"),
        {
            "two maps at 0 and 1 meV, simulated": Example(
                "maps.npy", {"energies": "0 1", "raster": "lattice"}
            )
        },
    ),
    Task(
        "Disorder on a ring: Delta and density",
        ("solve", "chain"),
        "V on the sites of rings, in units of the hopping, one ring a row or a column: text, "
        ".npy, HDF5. Exact. Seconds.",
        ("coupling", "filling", "hopping", "axis"),
        {"two rings of 128 sites": Example("V.csv")},
    ),
    Task(
        "Disorder on a ring: Delta by a network, with a band",
        ("predict", "chain"),
        "As above, but Delta by a trained network of yours, and the half width of the band about "
        "each site's. Seconds.",
        ("network", "axis", "force"),
        {"two rings of 128 sites": Example("V.csv")},
        file="--input",
    ),
    Task(
        "A measurement that is planned: what it will tell of a2F",
        ("design",),
        "Noise, temperature and range that are planned; a file only if the superconductor is not "
        "like lead: its supposed a2F. A minute or so for each noise.",
        ("noise", "temperature", "range", "kind", "modulation", "broadening", "mu_star"),
        {
            "a2F like MgB2's": Example(
                "mgb2/ALPHA2F.OUT",
                {"noise": "0.01", "temperature": "4", "range": "370", "kind": "dos"},
            )
        },
        file="--like",
        needs_file=False,
    ),
)
