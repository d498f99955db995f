"""One small file of every kind that the workflow makes, for tests of what befalls files."""

import copy
import json

import numpy as np
import torch

from gapworks.factory.container import Coordinate, Variable, Writer
from gapworks.factory.provenance import provenance
from gapworks.factory.shards import simulate_shard
from gapworks.learning.checkpoint import Progress, save_checkpoint
from gapworks.learning.intervals import exact
from gapworks.learning.package import save_package
from gapworks.products import metric_file
from tests.support import toy


def make(folder):
    """Write them all; a mapping of kind to path."""
    kinds = {
        "shard": "0-8.h5",
        "evaluation": "test-bdg.h5",
        "network": "net.safetensors",
        "card": "net.json",
        "checkpoint": ".next.checkpoint.safetensors",
        "metrics": "metrics.json",
    }
    paths = {kind: folder / name for kind, name in kinds.items()}
    simulate_shard(toy, toy.Settings(), 0, 8, paths["shard"], threads=1)
    sites = {"site": Coordinate(np.arange(5), "a", "site")}
    variables = {"V": Variable(("site",), "t", "disorder")}
    said = {"study": "chain", "dataset": "test", "method": "bdg"}
    with Writer(paths["evaluation"], "evaluation", said, sites, variables) as writer:
        writer.append({"V": np.arange(5.0)})
    model = torch.nn.Linear(2, 1)
    save_package(paths["network"], model.state_dict(), {"study": "chain", "name": "net"})
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    best = copy.deepcopy(model.state_dict())
    save_checkpoint(paths["checkpoint"], "key", Progress(epoch=3), model, best, optimizer)
    numbers = metric_file.numbers("chain", "smoke", {"error": exact(1.5)}, [], provenance())
    paths["metrics"].write_text(metric_file.to_json(numbers))
    return paths


def claims(folder):
    """A list of claims: a user's own file, by the look of it."""
    (folder / "claims.yaml").write_text(json.dumps({"claims": []}))
    return folder / "claims.yaml"
