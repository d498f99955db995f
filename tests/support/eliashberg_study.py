"""A whole small eliashberg study on disk, made by the steps that the workflow runs."""

from __future__ import annotations

import copy
from pathlib import Path

from gapworks.config import load
from gapworks.eliashberg.data import dataset
from gapworks.eliashberg.evaluation.evaluations import EVALUATIONS
from gapworks.eliashberg.learning import generation
from gapworks.eliashberg.learning.training import Settings, train_network
from gapworks.factory.evaluation_file import Evaluated, read_evaluation
from gapworks.factory.gather import gather
from gapworks.factory.shards import shard_name, simulate_shard
from tests.support.config import raw_config

SAMPLES = 40
LATENT = (1, 2)


def silent(_):
    """No report."""


class Study:
    """Data sets, networks and evaluations by the names that the workflow gives them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        raw = copy.deepcopy(raw_config())
        networks = raw["scales"]["smoke"]["eliashberg"]["networks"]
        networks["autoencoder"]["latent"] = list(LATENT)
        networks["bases"] = {"neurons": [4, 6], "seeds": 2, "training": {"epochs": 2}}
        _, scales = load(raw)
        self.scale = scales["smoke"]
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
        networks: dict[str, Path] = {}
        if what in ("data", "pade", "statements"):
            step = {"data": "statistics"}.get(what, what)
        elif what == "noise":
            step = "noise"
            names = ("sl-complex-gap", "sl-complex-noisy-gap")
            networks = {n: self.train(n, "complex") for n in names}
        elif what == "bases":
            step = "bases"
            networks = {n: self.train(n, "simple") for n in self.bases()}
        elif what.startswith("dimensions"):
            step, source = "dimensions", what.partition("-")[2]
            names = [f"complex-ae-joint-{source}-{d}" for d in LATENT]
            for one in names:
                self.evaluated(one)
            data = [self.folder / f"evaluation/{one}.h5" for one in names]
            flow = self.scale.eliashberg.flow.model_dump(mode="json")
            settings = {"input": source, "flow": flow}
        elif what.startswith("ae-"):
            step, networks = "autoencoder", {what: self.train(what, "complex")}
        else:
            step = "prediction"
            _, transform, source, *latent = what.split("-")
            if transform in ("joint", "separate"):
                chosen = latent[0] if latent[0] == "chosen" else int(latent[0])
                own = self.generate(transform, source, chosen)
                data = [own, *data]
                networks = {what: self.train(what, own.stem)}
            else:
                networks = {what: self.train(what, kind)}
        return EVALUATIONS[step](settings, data, networks, 1, silent)

    def bases(self) -> list[str]:
        """The networks of appendix B."""
        return [f"nto-{neurons}-{seed}" for neurons in (4, 6) for seed in (1, 2)]

    def needed(self) -> list[str]:
        """All evaluations that figures, tables and metrics are made of."""
        families = ("ae-joint-gap", "ae-joint-dos", "ae-a2f", "ae-gap", "ae-dos")
        families += ("sl-joint-gap", "sl-joint-dos", "sl-separate-gap")
        return [
            *(f"{kind}-{what}" for kind in ("simple", "complex") for what in ("data", "pade")),
            "complex-statements",
            *(f"{k}-sl-{k}-{x}" for k in ("simple", "complex") for x in ("gap", "dos", "gap-few")),
            "complex-reversed-complex-gap",
            "complex-noise",
            *(f"complex-{family}-{d}" for family in families for d in LATENT),
            *(f"complex-dimensions-{source}" for source in ("gap", "dos")),
            *(f"complex-sl-joint-{source}-chosen" for source in ("gap", "dos")),
            "simple-bases",
        ]

    def family(self, *starts: str) -> list[Evaluated]:
        """Evaluations of needed names that begin so."""
        return [self.evaluated(name) for name in self.needed() if name.startswith(starts)]
