"""A whole small study on disk, made by the steps that its plan names."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from gapworks.factory.evaluation_file import Evaluated, Given, read_evaluation
from gapworks.factory.gather import gather
from gapworks.factory.shards import shard_name, simulate_shard
from gapworks.learning.task import train_network
from gapworks.plan import Plan
from gapworks.study import Inputs


@dataclass
class Made:
    """Data sets, networks and evaluations by the names of the plan, each made when asked for."""

    plan: Plan
    folder: Path
    known: dict[str, Evaluated] = field(default_factory=dict)

    def data(self, name: str) -> Path:
        """A data set, simulated as one shard; or generated."""
        path = self.folder / self.plan.dataset(name)
        if path.exists():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("generated/"):
            self._run(name.removeprefix("generated/"), "generated", path)
            return path
        dataset = import_module(self.plan.study.module("data.dataset"))
        settings, samples = self.plan.simulation(name), self.plan.samples(name)
        shards = self.folder / self.plan.folder / "shards" / name
        simulate_shard(dataset, settings, 0, samples, shards / shard_name(0, samples), threads=1)
        gather(dataset, settings, shards, samples, samples, path)
        return path

    def network(self, name: str) -> Path:
        """The weights of a network."""
        path = self.folder / self.plan.network(name)
        if not path.exists():
            wanted = self.plan.study.training(self.plan.scale, name)
            task = self.plan.study.find("learning.training:task")
            files = self.data(wanted.data), self.data(wanted.validation), path
            train_network(task, self.training(name), *files, threads=1)
        return path

    def training(self, network: str) -> Any:
        """The settings of a training."""
        return self.plan.study.steps.Train.of(self.plan.scale, network=network)

    def evaluation(self, name: str) -> Path:
        """The file of an evaluation."""
        path = self.folder / self.plan.evaluation(name)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            made, settings = self._run(name, "evaluations", 1, lambda line: None)
            made.write(path, self.plan.name, settings.model_dump(mode="json"))
        return path

    def evaluated(self, name: str) -> Evaluated:
        """An evaluation, read."""
        if name not in self.known:
            self.known[name] = read_evaluation(self.evaluation(name), self.plan.name)
        return self.known[name]

    def given(self, inputs: Inputs) -> Given:
        """The inputs of a step as files."""
        return Given(
            {what: self.data(name) for what, name in inputs.data.items()},
            {name: self.network(name) for name in inputs.networks},
            {name: self.evaluation(name) for name in inputs.evaluations},
        )

    def _run(self, name: str, kind: str, *more: Any) -> Any:
        """Run the step that makes something; an evaluation comes with its settings."""
        step, fields = self.plan.study.step(name, kind)
        settings = step.settings.of(self.plan.scale, **fields)
        given = self.given(step.inputs(self.plan.scale, **fields))
        if kind == "generated":
            return self.plan.study.find(f"{step.run}:generate")(settings, given, 1, *more)
        return self.plan.study.find(f"{step.run}:evaluate")(settings, given, *more), settings

    def every(self) -> list[Evaluated]:
        """All evaluations that figures and tables are made of."""
        return [*map(self.evaluated, self.plan.study.evaluations_of(self.plan.scale))]
