"""A whole small eliashberg study on disk, made by the steps that the workflow runs."""

from __future__ import annotations

from pathlib import Path

from gapworks.eliashberg import dataset, generation
from gapworks.eliashberg.evaluation import EVALUATIONS
from gapworks.eliashberg.training import Settings, train_network
from gapworks.factory.evaluation import Evaluated, read_evaluation
from gapworks.factory.gather import gather
from gapworks.factory.shards import shard_name, simulate_shard
from tests.support.eliashberg_evaluations import scales, step
from tests.support.exhibits import declared, evaluations_of

SAMPLES = 40
LATENT = (1, 2)


def silent(_):
    """No report."""


class Study:
    """Data sets, networks and evaluations by the names that the workflow gives them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scales = scales(LATENT, seeds=2)
        self.scale = self.scales["smoke"]
        self.evaluation = self.scale.eliashberg.evaluation.model_dump(mode="json")
        for kind in ("simple", "complex"):
            chosen = self.scale.eliashberg.simulation(kind, self.scale.seed)
            shard = folder / kind / shard_name(0, SAMPLES)
            simulate_shard(dataset, chosen, 0, SAMPLES, shard, threads=1)
            gather(dataset, chosen, folder / kind, SAMPLES, SAMPLES, self.data(kind))

    def data(self, name: str) -> Path:
        """A data set."""
        return self.folder / f"{name}.h5"

    def train(self, name: str, data: str) -> Path:
        """A trained network."""
        path = self.folder / f"{name}.safetensors"
        if not path.exists():
            chosen = self.scale.eliashberg.training(name, self.scale.seed)
            source = self.data(data)
            train_network(Settings.model_validate(chosen), source, source, path, 1, silent)
        return path

    def generate(self, transform: str, source: str, latent: int | str) -> Path:
        """A generated data set."""
        path = self.data(f"{transform}-{source}-{latent}")
        if not path.exists():
            chosen = generation.Settings(input=source, transform=transform, latent=latent)
            wanted = [f"joint-{source}"] if transform == "joint" else ["a2f", source]
            tried = LATENT if latent == "chosen" else (latent,)
            names = [f"ae-{fields}-{d}" for fields in wanted for d in tried]
            networks = {name: self.train(name, "complex") for name in names}
            data = [self.data("complex")]
            if latent == "chosen":
                self.evaluated(f"complex-dimensions-{source}")
                data.append(self.folder / f"evaluation/complex-dimensions-{source}.h5")
            generation.generate(chosen, data, networks, 1, path)
        return path

    def evaluated(self, name: str) -> Evaluated:
        """An evaluation, by the name of its file."""
        path = self.folder / f"evaluation/{name}.h5"
        if not path.exists():
            self._evaluate(name).write(path)
        return read_evaluation(path, "eliashberg")

    def _evaluate(self, name: str):
        kind, _, what = name.partition("-")
        data, settings = [self.data(kind)], self.evaluation
        made_by = step(name)
        networks: dict[str, Path] = {}
        if made_by == "noise":
            names = ("sl-complex-gap", "sl-complex-noisy-gap")
            networks = {n: self.train(n, "complex") for n in names}
        elif made_by == "bases":
            networks = {n: self.train(n, "simple") for n in self.bases()}
        elif made_by == "dimensions":
            source = what.partition("-")[2]
            names = [f"complex-ae-joint-{source}-{d}" for d in LATENT]
            for one in names:
                self.evaluated(one)
            data = [self.folder / f"evaluation/{one}.h5" for one in names]
            flow = self.scale.eliashberg.flow.model_dump(mode="json")
            settings = {"input": source, "flow": flow}
        elif made_by == "autoencoder":
            networks = {what: self.train(what, "complex")}
        elif made_by == "prediction":
            _, transform, source, *latent = what.split("-")
            if transform in ("joint", "separate"):
                chosen = latent[0] if latent[0] == "chosen" else int(latent[0])
                own = self.generate(transform, source, chosen)
                data = [own, *data]
                networks = {what: self.train(what, own.stem)}
            else:
                networks = {what: self.train(what, kind)}
        return EVALUATIONS[made_by](settings, data, networks, 1, silent)

    def bases(self) -> list[str]:
        """The networks of appendix B."""
        chosen = self.scale.eliashberg.networks.bases
        return [f"nto-{n}-{seed}" for n in chosen.neurons for seed in range(1, chosen.seeds + 1)]

    def given(self, what: str, name: str) -> list[Evaluated]:
        """What the workflow makes a figure or a table of (`what` is "figures" or "tables")."""
        names = evaluations_of("eliashberg", what, name, scales=self.scales)
        return [self.evaluated(one) for one in names]

    def needed(self) -> list[str]:
        """All evaluations that figures and tables are made of, and so the metrics."""
        made = declared("eliashberg", self.scales)
        return list(
            dict.fromkeys(
                one
                for what in ("figures", "tables")
                for name in made[what]
                for one in evaluations_of("eliashberg", what, name, scales=self.scales)
            )
        )
