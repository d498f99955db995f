"""What a study is, and which there are.

A study's own `study.py` says what it makes of what, in text and settings only: the workflow, the
commands and the tests read it there. It imports neither numpy nor torch, and names the functions
that do the work instead of importing them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from gapworks.factory.settings import Section

STUDIES = ("chain", "eliashberg", "qpi")
"""The studies: each is a package of that name."""

ROOMS = ("figures", "tables")
"""What a study exhibits, and the folders that it stands in."""

CLAIMS = {
    "claims": "The paper's statements beside our numbers",
    "claims-timing": "Statements that wall times decide",
}
"""Tables of verdicts, which every study has, and their titles."""

Cost = Literal["light", "heavy", "alone"]
"""Of an evaluation: minutes; up to hours; or wall times, beside which nothing else may run."""


class StudyDatasets(Section):
    """The data sets of a study, each with a `stream` of random numbers."""

    apart: ClassVar[Sequence[Sequence[str]]]
    """Groups of data sets of which no two may hold a sample in common."""

    @model_validator(mode="after")
    def _streams_differ(self) -> Self:
        for names in self.apart:
            if len({getattr(self, name).stream for name in names}) < len(names):
                raise ValueError(f"{', '.join(names)} must have different streams")
        return self


class StudyConfig(Section):
    """What every study's section of config.yaml holds; its data sets are a field `datasets`."""

    study: ClassVar[str]

    shard_size: PositiveInt = Field(description="samples in one shard, and so in one job")
    max_failed_share: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="a shard with a larger share of failed samples is an error"
    )

    def dataset(self, name: str) -> Any:
        """What is said of one of the data sets.

        Raises
        ------
        ValueError
            If there is none of that name; the message lists those that there are.
        """
        known = list(type(self.datasets).model_fields)
        if name not in known:
            raise ValueError(
                f"the {self.study} study has no data set {name!r}; it has {', '.join(known)}"
            )
        return getattr(self.datasets, name)

    def samples(self, dataset: str) -> int:
        """Number of samples of a data set; errors as of `dataset`."""
        return self.dataset(dataset).samples


@dataclass(frozen=True)
class Scale:
    """One study at one scale: what a step's settings and inputs are found from."""

    seed: int
    config: Any
    """The study's section of config.yaml, of the type `Study.config`."""


class StepSettings(Section):
    """The resolved settings of a step: what decides its outcome, besides its inputs."""

    @classmethod
    def of(cls, scale: Scale, **fields: Any) -> Self:
        """Those of a step at a scale; `fields` are the parts of the name of what it makes.

        A field of the class has the value of that name among `fields`, else is the scale's seed or
        a section of the study's settings. Steps with others say them in an `of` of their own.

        Raises
        ------
        ValueError
            If the study makes nothing of that name.
        """
        known = {**dict(scale.config), "seed": scale.seed, **fields}
        return cls(**{name: known[name] for name in cls.model_fields if name in known})


@dataclass(frozen=True)
class Inputs:
    """What a step is made of, by name."""

    data: Mapping[str, str] = field(default_factory=dict)
    """Data sets by what they are to the step: its keywords."""
    networks: Sequence[str] = ()
    evaluations: Sequence[str] = ()


def nothing(scale: Scale, **fields: str) -> Inputs:
    """The inputs of a step that needs none."""
    return Inputs()


WHAT = {"evaluations": "evaluation", "generated": "generated data set"}
"""What steps make, by the attribute of `Study` that lists them."""


@dataclass(frozen=True)
class Step:
    """How files of a kind (evaluations, generated data) are made."""

    run: str
    """The module with its function `evaluate` or `generate`, below the study: evaluation.floor."""
    settings: type[StepSettings]
    inputs: Callable[..., Inputs] = nothing
    """inputs(scale, **fields) -> Inputs"""
    cost: Cost = "light"
    timed: bool = False
    """Whether it holds wall times, which differ in every run: nothing else is made of it."""


@dataclass(frozen=True)
class Exhibit:
    """A figure or a table, made of evaluations alone."""

    draw: str
    """The function, below the study: paper.figures:fig3."""
    title: str
    """A line: "Fig. 3: mean Delta against disorder strength", or "Coverage of the bands"."""
    of: Callable[[Scale], Mapping[str, str | Sequence[str]]]
    """Keyword of the function -> an evaluation, or several."""
    caption: str
    options: Sequence[str] = ()
    """Keys of the section `figures` of the study's settings that it takes, too."""
    made: Callable[[Scale], bool] = lambda scale: True
    """Whether a scale makes it with all others, for its metrics, too; by name every scale does."""
    front: bool = False
    """Whether it stands on the front page of a report."""


@dataclass(frozen=True)
class Training:
    """The data sets of a training."""

    data: str
    validation: str


@dataclass(frozen=True)
class Option:
    """An option of `gapworks predict`, which a study's `answer` takes by keyword."""

    help: str
    kind: Literal["text", "count", "number", "positive", "flag", "output"] = "text"
    choices: Sequence[str] | None = None


@dataclass(frozen=True)
class OwnData:
    """What `gapworks predict` makes of a person's own data."""

    layout: str
    """What is read and what is written, for its help."""
    options: Mapping[str, Option] = field(default_factory=dict)
    """By keyword."""
    checked: bool = False
    """Whether a check stands beside an answer, as .json."""


@dataclass(frozen=True)
class Answer:
    """What a command makes of a person's own files by the equations, without a network."""

    run: str
    """The function below the study that is called with the command's arguments."""
    arguments: str
    """The function below the study that adds them to a parser, and an epilog; of a light module."""


@dataclass(frozen=True)
class Study:
    """All that the workflow makes in one study."""

    config: type[StudyConfig]
    """Its section of config.yaml."""
    steps: ModuleType
    """Its module of settings: `steps.Simulate.of(scale, dataset=name)` are those of a data set,
    `steps.Train.of(scale, network=name)` those of a training."""
    training: Callable[[Scale, str], Training]
    """training(scale, network) -> the data sets that a network is trained on."""
    evaluations: Mapping[str, Step]
    """By a pattern of their names; named groups are the fields of `Step.inputs`."""
    figures: Mapping[str, Exhibit]
    tables: Mapping[str, Exhibit]
    own_data: OwnData
    answers: Mapping[str, Answer] = field(default_factory=dict)
    """By command: "solve"."""
    metrics: Callable[[Scale], Mapping[str, Any]] = lambda scale: {}
    """Settings of its metrics."""
    generated: Mapping[str, Step] = field(default_factory=dict)
    """Data sets that networks make, like `evaluations`."""
    work: Mapping[str, Callable[..., float]] = field(default_factory=dict)
    """What the CPU time of steps grows with, where samples do not say it: `gapworks.costs.work`."""
    ranks: Callable[[Scale], int] | None = None
    """MPI ranks of a simulate job, of a study whose jobs are large and have rules of their own."""

    @property
    def name(self) -> str:
        """As its package and its section are called."""
        return self.config.study

    def exhibits(self, room: str) -> Mapping[str, Exhibit]:
        """Its "figures" or "tables"."""
        return {"figures": self.figures, "tables": self.tables}[room]

    def made(self, room: str, scale: Scale) -> Mapping[str, Exhibit]:
        """Those that a scale makes with all others."""
        return {name: one for name, one in self.exhibits(room).items() if one.made(scale)}

    def exhibit(self, room: str, name: str) -> Exhibit:
        """One of them.

        Raises
        ------
        ValueError
            If there is none of that name; the message lists those that there are.
        """
        known = self.exhibits(room)
        if name not in known:
            what = room.removesuffix("s")
            raise ValueError(f"{self.name} has no {what} {name}; it has {', '.join(known)}")
        return known[name]

    def step(self, name: str, kind: str = "evaluations") -> tuple[Step, dict[str, str]]:
        """The step that makes an evaluation ("generated": a data set), and the fields of its name.

        Raises
        ------
        ValueError
            If none does.
        """
        for pattern, step in getattr(self, kind).items():
            if found := re.fullmatch(pattern, name):
                return step, {key: text for key, text in found.groupdict().items() if text}
        raise ValueError(f"{self.name} has no {WHAT[kind]} {name}")

    def evaluations_of(self, scale: Scale, named: bool = False) -> list[str]:
        """Those that a scale's exhibits are made of, once; `named`: of those by name only, too."""
        rooms = [(self.exhibits if named else partial(self.made, scale=scale))(r) for r in ROOMS]
        every = [one for room in rooms for one in room.values()]
        return list(dict.fromkeys(name for one in every for name in names_in(one.of(scale))))

    def find(self, place: str) -> Callable[..., Any]:
        """A function of the study: "paper.figures:fig3"."""
        return getattr(import_module(self.module(place)), place.partition(":")[2])

    def module(self, place: str) -> str:
        """The full name of a module: that of "paper.figures:fig3", or "paper.figures"."""
        return f"gapworks.{self.name}.{place.partition(':')[0]}"


def names_in(given: Mapping[str, str | Sequence[str]]) -> list[str]:
    """All evaluations of an exhibit, in order."""
    return [name for one in given.values() for name in ([one] if isinstance(one, str) else one)]


@cache
def study(name: str) -> Study:
    """A study by its name.

    Raises
    ------
    ValueError
        If there is no such study.
    """
    if name not in STUDIES:
        raise ValueError(f"there is no study {name!r}; studies: {', '.join(STUDIES)}")
    return import_module(f"gapworks.{name}.study").STUDY
