"""What whole scales cost, made from nothing: the table of docs/scaling.md."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from gapworks.config import ScaleConfig
from gapworks.costs.estimate import Estimate, estimate, size_of, spoken
from gapworks.costs.jobs import Job
from gapworks.costs.records import Records
from gapworks.plan import Plan
from gapworks.study import ROOMS, STUDIES

BEGIN = "<!-- gapworks cost --scales --page docs/scaling.md -->"
END = "<!-- until here -->"
CORES = (2, 100)
"""Of a laptop, and of a share of a cluster."""


def jobs_of_scale(name: str, chosen: ScaleConfig) -> list[Job]:
    """Every job of a scale, as Snakemake would plan them in an empty folder.

    Parameters
    ----------
    name : str
    chosen : ScaleConfig
        Its settings.
    """
    jobs: list[Job] = []
    for study in STUDIES:
        _Plans(Plan(name, chosen, study), jobs).add()
    return jobs


class _Plans:
    """The jobs of a study, each after what it is made of."""

    def __init__(self, plan: Plan, jobs: list[Job]) -> None:
        self.plan, self.jobs = plan, jobs
        self.places: dict[str, int] = {}

    def add(self) -> None:
        plan = self.plan
        for room in ROOMS:
            for name in plan.study.made(room, plan.scale):
                after = [self.evaluation(path) for path in plan.exhibited_files(room, name)]
                self._job(room.removesuffix("s"), name, after)
        for timing in (False, True)[: 1 + bool(plan.timed)]:
            made = self._job(
                "metrics", "", list(map(self.evaluation, plan.measured(timing))), timing
            )
            self._job("table", "claims", [made], timing)

    def evaluation(self, path: str) -> int:
        """Where the job of an evaluation file is in the list."""
        name = PurePosixPath(path).stem
        if (place := self._place("evaluate", name)) is not None:
            return place
        step, _ = self.plan.study.step(name)
        return self._job(f"evaluate_{step.cost}", name, self._inputs(name, "evaluations"))

    def _inputs(self, name: str, kind: str) -> list[int]:
        given = self.plan.inputs(name, kind)
        return [
            *map(self._dataset, given.data.values()),
            *map(self._network, given.networks),
            *(self.evaluation(one) for one in given.evaluations),
        ]

    def _network(self, name: str) -> int:
        if (place := self._place("train", name)) is not None:
            return place
        training = self.plan.study.training(self.plan.scale, name)
        return self._job("train", name, [*map(self._dataset, (training.data, training.validation))])

    def _dataset(self, name: str) -> int:
        made, _, name = name.rpartition("/")
        step = "generate" if made else "gather"
        if (place := self._place(step, name)) is not None:
            return place
        if made:
            return self._job("generate", name, self._inputs(name, made))
        rule = "simulate_mpi" if self.plan.ranks > 1 else "simulate"
        shards = [PurePosixPath(shard).stem for shard in self.plan.shards(name)]
        after = [self._job(rule, f"{name}/{one}", []) for one in shards]
        return self._job("gather", name, after)

    def _place(self, step: str, name: str) -> int | None:
        return self.places.get(self._log(step, name, False))

    def _log(self, step: str, name: str, timing: bool) -> str:
        end = f"/{name}" if name else ""
        folder = f"logs/{self.plan.scale_name}/{self.plan.name}"
        return f"{folder}/{step}{end}{'-timing' * timing}.log"

    def _job(self, rule: str, name: str, after: list[int], timing: bool = False) -> int:
        log = self._log(rule.partition("_")[0], name, timing)
        cores = {"simulate_mpi": self.plan.ranks, "evaluate_alone": 64}.get(rule, 1)
        self.places[log] = len(self.jobs)
        self.jobs.append(Job(rule, log, cores, sorted(set(after))))
        return self.places[log]


def section(scales: Mapping[str, ScaleConfig], records: Records) -> str:
    """The table of all scales, between the marks that it is found by."""
    return "\n".join([BEGIN, *_table(scales, records), END])


def _table(scales: Mapping[str, ScaleConfig], records: Records) -> Iterator[str]:
    about = records.about
    few, many = CORES
    also = about.get("also", "")
    yield ""
    yield (
        f"By jobs recorded {about['day']} (commit {about['commit']}; {about['processor']}"
        f"{'; ' * bool(also)}{also}): likely values, and the range in brackets. `gapworks cost"
        " --config scale=NAME` says what it rests on."
    )
    yield ""
    yield (
        f"| scale | jobs | CPU time | on {few} cores | on {many} cores | disk | of it shards |"
        " largest job | jobs never recorded |"
    )
    yield "| --- " * 9 + "|"
    for name, chosen in scales.items():
        jobs = jobs_of_scale(name, chosen)
        on = [estimate(jobs, scales, records, cores) for cores in CORES]
        yield _row(name, on[0], on[1])


def _row(name: str, few: Estimate, many: Estimate) -> str:
    whole = few.all
    cells = [
        f"`{name}`",
        f"{whole.jobs:,}",
        f"{spoken(whole.cpu)} ({spoken(whole.low)} to {spoken(whole.high)})",
        spoken(few.wall[1]),
        spoken(many.wall[1]),
        size_of(whole.bytes),
        size_of(few.shards),
        f"{whole.megabytes:,.0f} MB",
        f"{len(few.unknown):,}",
    ]
    return f"| {' | '.join(cells)} |"


def replaced(page: str, section: str) -> str:
    """A page with the section in the place of the one that it has.

    Raises
    ------
    ValueError
        If it has none.
    """
    found = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    if not found.search(page):
        raise ValueError(f"has no {BEGIN} ... {END}")
    return found.sub(lambda _: section, page, count=1)
