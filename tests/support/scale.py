"""The folder of a small made scale: a file of every kind, each saying what it was made of."""

import hashlib
import json

import matplotlib.pyplot as plt
import numpy as np
import torch

from gapworks.factory.container import VALID, Coordinate, Variable, Writer
from gapworks.factory.shards import dataset_attributes, sample_coordinate
from gapworks.learning.package import save_package
from gapworks.products.imprint import imprint
from gapworks.products.inspection import inspect
from tests.support import toy

SITES = {"site": Coordinate(np.arange(8), "a", "site")}
VARIABLES = {
    "V": Variable(("sample", "site"), "t", "disorder"),
    "delta": Variable(("sample", "site"), "t", "pairing potential"),
    "mu": Variable(("sample",), "t", "chemical potential"),
    "valid": VALID,
}


def make(results):
    """Write results/tiny below a folder: data, network, evaluation, figure and table of `chain`."""
    folder = results / "tiny/chain"
    for room in ("data/evaluation", "models", "figures", "tables"):
        (folder / room).mkdir(parents=True)
    data = dataset(folder / "data/train.h5", 6)
    weights = folder / "models/net.safetensors"
    card = {"study": "chain", "name": "net", "settings": {"epochs": 1}}
    card |= _recipe("models/net", "c0de1", data)
    save_package(weights, torch.nn.Linear(2, 1).state_dict(), card)
    evaluation = folder / "data/evaluation/train-net.h5"
    said = {"study": "chain", "dataset": "train", "method": "net", "settings": {"bins": 4}}
    said |= _recipe("data/evaluation/train-net", "c0de2", data, weights)
    with Writer(evaluation, "evaluation", said, SITES, {"V": Variable(("site",), "t", "V")}) as w:
        w.append({"V": np.arange(8.0)})
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    drawn = [folder / f"figures/fig3.{end}" for end in ("pdf", "png")]
    for path in drawn:
        figure.savefig(path)
    plt.close(figure)
    imprint(drawn, _recipe("figures/fig3", "c0de3", evaluation))
    tabled = [folder / f"tables/errors.{end}" for end in ("csv", "tex")]
    for path in tabled:
        path.write_text("a,b\n1,2\n")
    imprint(tabled, _recipe("tables/errors", "c0de4", evaluation))
    return results / "tiny"


def dataset(path, samples, variables=VARIABLES, coordinates=SITES, study="chain"):
    """A gathered data set of random numbers."""
    settings = toy.Settings(dataset=path.stem)
    said = dataset_attributes(settings) | {"study": study, "code": "c0de0"}
    said |= {"start": 0, "stop": samples}
    said["shards"] = [hashlib.sha256(b"a shard").hexdigest()]
    along = {"sample": sample_coordinate(0, samples), **coordinates}
    draw = np.random.default_rng(1)
    with Writer(path, "dataset", said, along, variables) as writer:
        for name, variable in variables.items():
            shape = [len(along[one].values) for one in variable.dimensions]
            writer.append({name: draw.random(shape) if name != "valid" else np.ones(shape)})
    return path


def benchmarks(logs):
    """The benchmarks of some of its jobs, as Snakemake writes them."""
    head = "s\th:m:s\tmax_rss\tmax_vms\tmean_load\tcpu_time\n"
    for name, row in {
        "simulate/train/0-3": "2.5\t0:00:02\t120.0\t800.0\t99.0\t2.0",
        "simulate/train/3-6": "1.5\t0:00:01\t150.5\t800.0\t99.0\t1.0",
        "figure/fig3": "0.4\t0:00:00\t-\t-\t0.00\t0.0",
    }.items():
        path = logs / "chain" / f"{name}.benchmark.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}{row}\n")
    return logs


def _recipe(product, code, *read):
    """As the workflow's jobs keep it."""
    names = {p: "/".join(p.parts[p.parts.index("chain") :]) for p in read}
    digests = {f"results/tiny/{name}": inspect(path).sha256 for path, name in names.items()}
    facts = {"product": f"results/tiny/chain/{product}", "seed": 7, "code": code, "read": digests}
    facts["settings"] = hashlib.sha256(json.dumps(product).encode()).hexdigest()
    return {"recipe": facts}
