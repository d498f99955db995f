"""What a job is, by the path of its log, and how much work it is.

A log lies at logs/SCALE/STUDY/STEP/NAME.log: the same for a job that is planned and for one that
has run, so that what one used says what the other will.

What CPU time grows with: samples of a data set, samples times epochs of a training, samples times
networks of an evaluation, unless a study's `work` says otherwise, by "sample", "training" or a
pattern of evaluations' names.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gapworks.config import ScaleConfig
from gapworks.learning.settings import Training
from gapworks.plan import Plan
from gapworks.study import STUDIES

LOG = re.compile(
    r"logs/(?P<scale>[^/]+)/(?:(?P<study>[^/]+)/(?P<step>[a-z]+)(?:/(?P<name>.+?))?|(?P<page>report))"
    r"(?:-timing)?\.log"
)
OUTPUTS = {
    "simulate": "shards/{name}.h5",
    "gather": "data/{name}.h5",
    "generate": "data/generated/{name}.h5",
    "train": "models/{name}.[sj]*",
    "evaluate": "data/evaluation/{name}.h5",
    "figure": "figures/{name}.*",
    "table": "tables/{name}.*",
    "metrics": "data/metrics.json",
    None: "report.html",
}
"""What steps make, below results/SCALE/STUDY; a report stands above the studies."""
SIZES = ("seed", "stream", "dataset", "name", "repeat", "realizations", "per_class", "pixels")
"""Settings that decide samples, or are counted, and not what is done with each."""


@dataclass(frozen=True)
class Work:
    """Of one job."""

    key: str
    """What it is, as records call it: "chain/train/window-r#-n#". Numbers in names are sizes."""
    amount: float
    """What its CPU time grows with, in a unit of its own."""
    samples: float
    """What its memory and its output grow with."""
    like: str = ""
    """Digest of what else decides what a sample takes: physics, solver, architecture."""
    data: str = ""
    """Key of the simulations whose samples it holds in memory."""
    shortest: float = 1.0
    """Share of the amount that it may end after: of trainings that stop early."""

    @property
    def step(self) -> str:
        """The command: "train"."""
        return self.key.split("/")[1]


def output_bytes(folder: Path, log: str) -> int:
    """Bytes of what the job of a log has made in a folder; 0 if it is not there."""
    found = LOG.fullmatch(log)
    if not found or found["step"] not in OUTPUTS:
        return 0
    place = folder / "results" / found["scale"] / (found["study"] or "")
    made = place.glob(OUTPUTS[found["step"]].format(name=found["name"]))
    return sum(path.stat().st_size for path in made)


def work_of(log: str, scales: Mapping[str, ScaleConfig]) -> Work | None:
    """How much work a job is.

    Parameters
    ----------
    log : str
        Path of its log.
    scales : mapping of str to ScaleConfig

    Returns
    -------
    Work or None
        None: no job of this workflow, or of a scale, study or name that there is not.
    """
    found = LOG.fullmatch(log)
    if not found or found["scale"] not in scales:
        return None
    if found["page"]:
        return Work("all/report/report", 1, 1)
    if found["study"] not in STUDIES:
        return None
    plan = Plan(found["scale"], scales[found["scale"]], found["study"])
    step, name = found["step"], found["name"] or found["step"]
    try:
        return _of_step(plan, step, name)
    except ValueError:  # another version's: a name that there is no more
        return None


def _of_step(plan: Plan, step: str, name: str) -> Work:
    """Errors as of `Plan`'s methods."""
    if step == "simulate":
        return _simulation(plan, name)
    key = f"{plan.name}/{step}/{re.sub(r'[0-9]+', '#', name)}"
    if step == "gather":
        samples = plan.samples(name)
        return Work(key, samples, samples)
    if step == "generate":
        samples = _samples(plan, name, "generated")
        return Work(key, samples, samples)
    if step == "train":
        return _training(plan, name, key)
    if step == "evaluate":
        return _evaluation(plan, name, key)
    return Work(key, 1, 1)  # figures, tables, metrics, claims: of evaluations alone


def _simulation(plan: Plan, name: str) -> Work:
    dataset, _, bounds = name.rpartition("/")
    start, stop = map(int, bounds.split("-"))
    settings = plan.simulation(dataset)
    sample = plan.study.work.get("sample", lambda _: 1.0)(settings)
    like = _digest(settings.model_dump(mode="json"))
    key = f"{plan.name}/simulate/{dataset}"
    return Work(key, (stop - start) * sample, stop - start, like, data=key)


def _training(plan: Plan, name: str, key: str) -> Work:
    settings = plan.study.steps.Train.of(plan.scale, network=name)
    data = plan.study.training(plan.scale, name).data
    samples = _samples_of_file(plan, data)
    said = settings.model_dump(mode="json")
    schedule = getattr(getattr(settings, "network", None), "training", None)
    if schedule is not None:
        del said["network"]["training"]
    epochs = getattr(schedule, "epochs", 1)
    counted = plan.study.work.get("training", lambda _, samples: epochs * samples)
    return Work(
        key,
        counted(settings, samples),
        samples,
        _digest(said),
        data=f"{plan.name}/simulate/{data}",
        shortest=_shortest(schedule),
    )


def _shortest(schedule: Training | None) -> float:
    """Share of the epochs after which a training may stop: of a plateau at every rate."""
    if schedule is None or schedule.schedule != "plateau":
        return 1.0
    fall = schedule.learning_rate / schedule.final_learning_rate
    rates = 1 + math.floor(1e-9 + math.log(fall) / math.log(schedule.factor))
    return min(1.0, rates * schedule.patience / schedule.epochs)


def _evaluation(plan: Plan, name: str, key: str) -> Work:
    samples = _samples(plan, name, "evaluations")
    counted = _counted(plan.study.work, name)
    if counted is not None:
        amount = counted(plan.scale)
    else:
        amount = samples * max(1, len(plan.inputs(name).networks))
    given = [one for one in plan.inputs(name).data.values() if "/" not in one]
    largest = max(given, key=plan.samples, default="")
    return Work(key, amount, samples, data=largest and f"{plan.name}/simulate/{largest}")


def _counted(known: Mapping[str, Callable[..., float]], name: str) -> Callable[..., float] | None:
    """The study's own count of an evaluation, if it has one."""
    for pattern, count in known.items():
        if found := re.fullmatch(pattern, name):
            fields = {key: text for key, text in found.groupdict().items() if text}
            return lambda scale: count(scale, **fields)
    return None


def _samples(plan: Plan, name: str, kind: str) -> float:
    """Of the data that an evaluation, or a generated data set, is made of; one if of none."""
    given = plan.inputs(name, kind).data.values()
    return max(1, sum(_samples_of_file(plan, one) for one in dict.fromkeys(given)))


def _samples_of_file(plan: Plan, dataset: str) -> int:
    """Of a generated data set: as many as of what networks made it of."""
    folder, _, name = dataset.rpartition("/")
    if not folder:
        return plan.samples(dataset)
    given = plan.inputs(name, folder).data.values()
    return sum(map(plan.samples, dict.fromkeys(given)))


def _digest(said: Any) -> str:
    """Of settings, without those that are sizes."""

    def kept(part: Any) -> Any:
        if not isinstance(part, dict):
            return part
        return {key: kept(value) for key, value in part.items() if key not in SIZES}

    text = json.dumps(kept(said), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
