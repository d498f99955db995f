"""What jobs will cost together, and how that is said."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from gapworks.config import ScaleConfig
from gapworks.costs.jobs import Job, span
from gapworks.costs.records import Cost, Own, Records
from gapworks.costs.work import Work, work_of

RESIDENT = 10
"""Jobs of a run below which each imports what it needs (`runs.resident`)."""
ELSEWHERE = 1.5
"""The factor between machines: of one of which no log says how fast it is."""
SHOWN = 5
"""Most names in a line."""


@dataclass
class Sum:
    """Of several jobs: CPU seconds, bytes; memory of the largest.

    Jobs of one kind err alike, those of different kinds independently: the former's deviations are
    added, the latter's in quadrature.
    """

    jobs: int = 0
    cpu: float = 0.0
    megabytes: float = 0.0
    bytes: float = 0.0
    below: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    above: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """CPU seconds that they may take less, and more, by kind."""

    def add(self, kind: str, cost: Cost) -> None:
        """Count a job."""
        self.cpu += cost.cpu
        self.below[kind] += cost.cpu - cost.low
        self.above[kind] += cost.high - cost.cpu
        self.megabytes = max(self.megabytes, cost.megabytes)
        self.bytes += cost.bytes

    @property
    def low(self) -> float:
        """The least CPU seconds to expect."""
        return self.cpu - math.hypot(*self.below.values())

    @property
    def high(self) -> float:
        """The most."""
        return self.cpu + math.hypot(*self.above.values())

    def numbers(self) -> dict[str, float]:
        """All of it by name."""
        whole = {"jobs": self.jobs, "low": self.low, "cpu": self.cpu, "high": self.high}
        return whole | {"megabytes": self.megabytes, "bytes": self.bytes}


@dataclass
class Estimate:
    """What a plan will cost."""

    cores: int
    rules: Mapping[str, Sum] = field(default_factory=dict)
    all: Sum = field(default_factory=Sum)
    wall: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Seconds by the clock: lowest, likely, highest."""
    largest: str = ""
    """The job that takes the most memory."""
    shards: float = 0.0
    """Bytes of shards, which may be deleted once they are gathered."""
    unknown: Sequence[str] = ()
    """Jobs of which nothing was recorded: not counted in anything but their number."""
    extrapolated: Mapping[str, float] = field(default_factory=dict)
    """How many times the largest amount recorded they are."""
    unlike: Sequence[str] = ()
    one_size: Sequence[str] = ()
    own: Own = field(default_factory=Own)
    about: Mapping[str, object] = field(default_factory=dict)


def estimate(
    jobs: Sequence[Job],
    scales: Mapping[str, ScaleConfig],
    records: Records,
    cores: int,
    own: Own | None = None,
    same_machine: bool = True,
) -> Estimate:
    """Add up what jobs will use.

    Parameters
    ----------
    jobs : sequence of Job
    scales : mapping of str to ScaleConfig
    records : Records
    cores : int
    own : Own, optional
        What logs of this machine say.
    same_machine : bool
        Whether the records are of a processor like this one's.
    """
    own = own or Own()
    known = replace(records, points={**own.points, **records.points})
    measured_here = own.jobs or same_machine
    doubt = 1.0 if measured_here else ELSEWHERE
    beside = records.overheads["job"] + records.overheads["alone"] * (len(jobs) < RESIDENT)
    rules: dict[str, Sum] = defaultdict(Sum)
    found = Estimate(cores, rules, Sum(), own=own, about=records.about)
    seconds: list[float] = []
    unknown: list[str] = []
    extrapolated: dict[str, float] = {}
    unlike: set[str] = set()
    one_size: set[str] = set()
    for job in jobs:
        rules[job.rule].jobs += 1
        found.all.jobs += 1
        work = work_of(job.log, scales)
        cost = known.cost(work, own.ratio) if work else None
        if work is None or cost is None:
            unknown.append(_name(job, work))
            seconds.append(0.0)
            continue
        more = own.ratio * beside
        cost = replace(
            cost,
            low=cost.low / doubt + more,
            cpu=cost.cpu + more,
            high=cost.high * doubt + more,
        )
        for one in (rules[job.rule], found.all):
            if one is found.all and cost.megabytes > one.megabytes:
                found.largest = _name(job, work)
            one.add(work.key, cost)
        seconds.append(cost.cpu)
        found.shards += cost.bytes * (work.step == "simulate")
        if cost.beyond > 1.5:
            extrapolated[work.key] = max(cost.beyond, extrapolated.get(work.key, 0.0))
        unlike |= {work.key} if cost.unlike else set()
        one_size |= {work.key} if cost.one_size else set()
    if jobs:
        start = own.ratio * records.overheads["run"]
        found.all.cpu += start
        likely = start + span(jobs, seconds, cores)
        ends = (found.all.low, found.all.cpu, found.all.high)
        found.wall = tuple(likely * one / max(found.all.cpu, 1e-9) for one in ends)
    found.unknown, found.extrapolated = unknown, extrapolated
    found.unlike, found.one_size = sorted(unlike), sorted(one_size)
    return found


def _name(job: Job, work: Work | None) -> str:
    return work.key if work else job.log.removeprefix("logs/").removesuffix(".log")


def lines(found: Estimate, free: float | None = None) -> Iterator[str]:
    """What is said of it.

    Parameters
    ----------
    found : Estimate
    free : float, optional
        Bytes that are free on this disk.
    """
    if not found.all.jobs:
        yield "nothing is to be made"
        return
    yield f"{'rule':24} {'jobs':>6} {'CPU hours':>10} {'largest MB':>11} {'GB on disk':>11}"
    every = sorted(found.rules.items(), key=lambda item: -item[1].cpu)
    for name, one in [*every, ("all", found.all)]:
        hours, megabytes, size = one.cpu / 3600, one.megabytes, one.bytes / 1e9
        yield f"{name:24} {one.jobs:6,} {hours:10.3g} {megabytes:11,.0f} {size:11.3g}"
    yield ""
    whole = found.all
    yield f"CPU time: {ranged(whole.low, whole.cpu, whole.high)}, Snakemake's own included"
    yield f"on {found.cores} cores: {ranged(*found.wall)}, if nothing else runs on them"
    yield f"memory: {whole.megabytes:,.0f} MB in the largest job, {found.largest}"
    deleted = f", of them {size_of(found.shards)} shards that may go once they are gathered"
    beside = f"; free here: {size_of(free)}" if free is not None else ""
    yield f"disk: {size_of(whole.bytes)}{deleted if found.shards else ''}{beside}"
    yield from rests_on(found)


def rests_on(found: Estimate) -> Iterator[str]:
    """What the numbers come of, and what is not known."""
    about = found.about
    yield f"rests on: jobs recorded {about['day']} (commit {about['commit']}; {about['processor']})"
    if about.get("also"):
        yield f"  and on {about['also']}"
    if found.own.jobs:
        yield (
            f"  times {found.own.ratio:.2f}: by {found.own.jobs} logs of this folder, which say "
            "what their jobs used"
        )
    if found.extrapolated:
        most = sorted(found.extrapolated.items(), key=lambda item: -item[1])[:SHOWN]
        named = ", ".join(f"{key} ({times:,.0f} times)" for key, times in most)
        yield f"  beyond what was recorded: {named}{_more(found.extrapolated)}"
    if found.one_size:
        yield f"  recorded at one size alone: {_some(found.one_size)}"
    if found.unlike:
        yield f"  recorded with other settings: {_some(found.unlike)}"
    if found.unknown:
        # Trainings first: among the others none takes hours.
        counted = sorted(
            Counter(found.unknown).items(), key=lambda one: ("/train/" not in one[0], -one[1])
        )
        named = [f"{key} ({count})" for key, count in counted]
        yield f"NOT COUNTED, never recorded: {len(found.unknown)} jobs: {_some(named)}"


def short(found: Estimate) -> str:
    """All of it in a line."""
    whole = found.all
    left_out = f", {len(found.unknown)} jobs not counted" if found.unknown else ""
    return (
        f"{whole.jobs:,} jobs, about {spoken(whole.cpu)} of CPU ({spoken(whole.low)} to "
        f"{spoken(whole.high)}), {size_of(whole.bytes)}, {whole.megabytes:,.0f} MB in the largest"
        f"{left_out}; gapworks cost says more"
    )


def as_json(found: Estimate) -> str:
    """The numbers: seconds, MB and bytes, by rule and of all."""
    rules = {name: one.numbers() for name, one in found.rules.items()}
    said = {"all": found.all.numbers(), "rules": rules, "cores": found.cores}
    said |= {"wall": found.wall, "shards": found.shards, "about": dict(found.about)}
    said |= {"not_counted": Counter(found.unknown), "beyond": found.extrapolated}
    return json.dumps(said, indent=2) + "\n"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + _more(names)


def _more(names: Sequence[str] | Mapping[str, float]) -> str:
    return f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""


def ranged(low: float, likely: float, high: float) -> str:
    """Seconds, and the range that they are in."""
    return f"about {spoken(likely)} ({spoken(low)} to {spoken(high)})"


def spoken(seconds: float) -> str:
    """Seconds in the unit that suits them."""
    for least, unit, name in ((172800, 86400, "days"), (3600, 3600, "h"), (60, 60, "min")):
        if seconds >= least:
            number = seconds / unit
            return f"{number:,.0f} {name}" if number >= 10 else f"{number:.1f} {name}"
    return f"{seconds:.2g} s"


def size_of(size: float) -> str:
    """Bytes likewise."""
    for unit, name in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB")):
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size / 1e3:.3g} kB"
