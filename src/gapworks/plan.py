"""The workflow's files: what each is made of and with what settings, by each study's `study.py`.

The rules ask here; so may anybody who wants to know the plan without Snakemake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gapworks.config import ScaleConfig
from gapworks.factory.shards import shard_name, shard_ranges
from gapworks.study import CLAIMS, ROOMS, STUDIES, Inputs, Scale, Study, names_in, study

SUFFIXES = {"figures": ("pdf", "png"), "tables": ("csv", "tex")}
"""Of the formats that exhibits are made in."""
RESULTS = "results"


@dataclass(frozen=True)
class Plan:
    """One study at one scale."""

    scale_name: str
    chosen: ScaleConfig
    name: str

    @cached_property
    def study(self) -> Study:
        """What it makes of what."""
        return study(self.name)

    @cached_property
    def scale(self) -> Scale:
        """Its settings."""
        return Scale(self.chosen.seed, getattr(self.chosen, self.name))

    @property
    def folder(self) -> str:
        """Where its files are."""
        return f"{RESULTS}/{self.scale_name}/{self.name}"

    def dataset(self, name: str) -> str:
        """The file of a gathered data set, or of a generated one ("generated/NAME")."""
        return f"{self.folder}/data/{name}.h5"

    def network(self, name: str) -> str:
        """The weights of a network."""
        return f"{self.folder}/models/{name}.safetensors"

    def evaluation(self, name: str) -> str:
        """The file of an evaluation."""
        return f"{self.folder}/data/evaluation/{name}.h5"

    # ---- data ------------------------------------------------------------------------------------

    def simulation(self, dataset: str) -> Any:
        """The resolved settings of a data set.

        Raises
        ------
        ValueError
            If there is no such data set.
        """
        return self.study.steps.Simulate.of(self.scale, dataset=dataset)

    def samples(self, dataset: str) -> int:
        """The size of a data set; errors as of `simulation`."""
        return self.scale.config.samples(dataset)

    def solved(self) -> list[str]:
        """The files of all solved data that the scale's figures and tables come from."""
        found: dict[str, None] = {}
        waiting = [("evaluations", name) for name in self.study.evaluations_of(self.scale)]
        for kind, name in waiting:  # it grows
            given = self.inputs(name, kind)
            trained = [self.study.training(self.scale, network) for network in given.networks]
            data = [*given.data.values(), *(d for t in trained for d in (t.data, t.validation))]
            more = [("evaluations", one) for one in given.evaluations]
            for one in data:
                if one.startswith("generated/"):
                    more.append(("generated", one.removeprefix("generated/")))
                else:
                    found[self.dataset(one)] = None
            waiting += [one for one in more if one not in waiting]
        return list(found)

    @property
    def ranks(self) -> int:
        """MPI ranks of a job that simulates samples."""
        return self.study.ranks(self.scale) if self.study.ranks else 1

    def shards(self, dataset: str) -> list[str]:
        """The shards of a data set; errors as of `simulation`."""
        ranges = shard_ranges(self.samples(dataset), self.scale.config.shard_size)
        return [f"{self.folder}/shards/{dataset}/{shard_name(*bounds)}" for bounds in ranges]

    # ---- networks --------------------------------------------------------------------------------

    def training(self, network: str) -> dict[str, str]:
        """Settings and files of a training, keys `settings`, `data` and `validation`.

        Raises
        ------
        ValueError
            If there is no such network.
        """
        settings = self.study.steps.Train.of(self.scale, network=network)
        found = self.study.training(self.scale, network)
        return {
            "settings": as_json(settings.model_dump(mode="json")),
            "data": self.dataset(found.data),
            "validation": self.dataset(found.validation),
        }

    # ---- evaluations, and data that networks make ------------------------------------------------

    def inputs(self, name: str, kind: str = "evaluations") -> Inputs:
        """What an evaluation ("generated": a data set) is made of.

        Raises
        ------
        ValueError
            If there is no such evaluation.
        """
        step, fields = self.study.step(name, kind)
        return step.inputs(self.scale, **fields)

    def files(self, name: str, kind: str = "evaluations") -> list[str]:
        """The same as files, each once."""
        given = self.inputs(name, kind)
        every = [
            *map(self.dataset, given.data.values()),
            *map(self.network, given.networks),
            *map(self.evaluation, given.evaluations),
        ]
        return list(dict.fromkeys(every))

    def arguments(self, name: str, kind: str = "evaluations") -> str:
        """The same as arguments of the command."""
        given = self.inputs(name, kind)
        named = {
            "--data": {what: self.dataset(one) for what, one in given.data.items()},
            "--network": {one: self.network(one) for one in given.networks},
            "--evaluation": {one: self.evaluation(one) for one in given.evaluations},
        }
        return " ".join(
            " ".join([option, *(f"{key}={path}" for key, path in files.items())])
            for option, files in named.items()
            if files
        )

    def settings(self, name: str, kind: str = "evaluations") -> str:
        """The resolved settings of its step, as JSON."""
        step, fields = self.study.step(name, kind)
        return as_json(step.settings.of(self.scale, **fields).model_dump(mode="json"))

    def module(self, name: str, kind: str = "evaluations") -> str:
        """The module that makes it."""
        return self.study.module(self.study.step(name, kind)[0].run)

    # ---- figures and tables ----------------------------------------------------------------------

    def exhibited(self, room: str, name: str) -> dict[str, list[str]]:
        """The evaluation files that a figure or table ("figures", "tables") is made of, by keyword.

        Raises
        ------
        ValueError
            If there is no such figure or table.
        """
        given = self.study.exhibit(room, name).of(self.scale)
        return {
            key: [self.evaluation(one) for one in ([names] if isinstance(names, str) else names)]
            for key, names in given.items()
        }

    def exhibited_as_arguments(self, room: str, name: str) -> str:
        """The same as arguments of the command."""
        given = self.exhibited(room, name)
        return " ".join(f"{key}={path}" for key, paths in given.items() for path in paths)

    def exhibited_files(self, room: str, name: str) -> list[str]:
        """The same as a list."""
        return [path for paths in self.exhibited(room, name).values() for path in paths]

    def drawn_by(self, room: str, name: str) -> str:
        """The module that draws a figure or makes a table; errors as of `exhibited`."""
        return self.study.module(self.study.exhibit(room, name).draw)

    def title(self, room: str, name: str) -> str:
        """A line that says what is shown; errors as of `exhibited`."""
        if room == "tables" and name in CLAIMS:
            return CLAIMS[name]
        return self.study.exhibit(room, name).title

    def caption(self, room: str, name: str) -> str:
        """What is shown; errors as of `exhibited`."""
        return self.study.exhibit(room, name).caption

    def options(self, room: str, name: str) -> str:
        """Those settings that a figure or table takes, as JSON: another's do not make it again."""
        keys = self.study.exhibit(room, name).options
        chosen = self.scale.config.figures.model_dump(mode="json") if keys else {}
        return as_json({key: chosen[key] for key in keys})

    def exhibits(self) -> list[str]:
        """Every figure and table that the scale makes with all others."""
        made = {room: list(self.study.made(room, self.scale)) for room in ROOMS}
        named = made | {"tables": [*made["tables"], *self.claims()]}
        return [
            f"{self.folder}/{room}/{name}.{suffix}"
            for room, names in named.items()
            for name in names
            for suffix in SUFFIXES[room]
        ]

    @cached_property
    def earliest(self) -> frozenset[str]:
        """What the figure of solved data that needs the fewest samples is made of.

        Its own name, its evaluations' and its data sets': made first, they show within a minute
        that all is well. Empty if every figure needs a network.
        """
        found: list[tuple[int, int, list[str]]] = []
        for name, exhibit in self.study.made("figures", self.scale).items():
            evaluations = names_in(exhibit.of(self.scale))
            given = [self.inputs(one) for one in evaluations]
            data = {one for inputs in given for one in inputs.data.values()}
            if data and not any(inputs.networks or inputs.evaluations for inputs in given):
                costly = sum(self.study.step(one)[0].cost != "light" for one in evaluations)
                found.append((sum(map(self.samples, data)), costly, [name, *evaluations, *data]))
        return frozenset(min(found)[-1]) if found else frozenset()

    # ---- metrics and claims ----------------------------------------------------------------------

    @cached_property
    def timed(self) -> list[str]:
        """The evaluations of wall times, which differ in every run."""
        every = self.study.evaluations_of(self.scale)
        return [name for name in every if self.study.step(name)[0].timed]

    def measured(self, timing: bool) -> list[str]:
        """The evaluation files that metrics are taken from: all, or those of wall times.

        Raises
        ------
        ValueError
            If the study times nothing.
        """
        if timing and not self.timed:
            raise ValueError(f"{self.name} times nothing")
        every = self.study.evaluations_of(self.scale)
        return [self.evaluation(name) for name in every if (name in self.timed) == timing]

    def metrics(self, timing: bool) -> str:
        """Settings of the metrics as JSON; those of wall times take none."""
        return as_json({} if timing else dict(self.study.metrics(self.scale)))

    def claims(self) -> Sequence[str]:
        """Its tables of claims; those that wall times decide stand in one of their own."""
        return tuple(CLAIMS) if self.timed else tuple(CLAIMS)[:1]


def any_of(room: str) -> str:
    """A regular expression of the names of all studies' "figures" or "tables"."""
    return "|".join(sorted({name for one in STUDIES for name in study(one).exhibits(room)}))


def pattern(cost: str) -> str:
    """A regular expression of the names of all evaluations of a cost, in their studies' folders."""
    return _names(
        "evaluation", lambda one: [n for n, s in one.evaluations.items() if s.cost == cost]
    )


def generated_pattern() -> str:
    """The same of the data sets that networks make."""
    return _names("generated", lambda one: one.generated)


def _names(room: str, of: Callable[[Study], Iterable[str]]) -> str:
    """One of the patterns that each study has for names in data/ROOM, in its folder."""
    known = {name: "|".join(map(_unnamed, of(study(name)))) for name in STUDIES}
    rooms = [rf"(?<=/{name}/data/{room}/)(?:{names})" for name, names in known.items() if names]
    return "|".join(rooms) or "(?!)"


def _unnamed(expression: str) -> str:
    """A pattern without names of its groups, which a rule would take for wildcards."""
    return re.sub(r"\(\?P<\w+>", "(?:", expression)


def as_json(settings: Any) -> str:
    """Settings as text that is the same for the same settings: a changed one reruns its rule."""
    return json.dumps(settings, sort_keys=True)
