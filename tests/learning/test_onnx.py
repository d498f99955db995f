"""Networks for other programs answer as the networks do, whatever the size of the batch."""

import importlib.util
import json
import os

import numpy as np
import pytest
import torch

from gapworks.factory.errors import DataError
from gapworks.learning.packages import onnx as exporting
from gapworks.learning.packages.making import make_package
from gapworks.study import study
from tests.support import untrained

NEEDED = ("onnx", "onnxruntime", "onnxscript")
MISSING = [name for name in NEEDED if importlib.util.find_spec(name) is None]
needs_export = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("GAPWORKS_REQUIRE_EXTRAS"),
    reason=f"needs {', '.join(MISSING)}: pip install '.[export]'",
)
ONE_A_STUDY = ("surrogate", "ensemble-complex-dos", "small-converged")


@needs_export
@pytest.mark.parametrize("name", ONE_A_STUDY)
def test_a_network_of_each_study_answers_alike_as_onnx(tmp_path, name):
    import onnxruntime

    path = untrained.network(name, tmp_path)
    files = make_package(path, onnx=True)[2]
    of = study(untrained.NETWORKS[name])
    network = of.find("learning.trained:Network").load(path)
    said = of.find("inference.packaged:exported")(network)
    session = onnxruntime.InferenceSession(files[f"{name}.onnx"])
    assert [one.name for one in session.get_inputs()] == list(said.names)
    assert [one.name for one in session.get_outputs()] == list(said.outputs)
    rng = torch.Generator().manual_seed(3)
    for size in (1, 2, 7):
        # Not the example that the export was held against.
        rows = torch.arange(size) % 2
        given = [one[rows] for one in said.inputs]
        given = [one + 0.1 * one.std() * torch.randn(one.shape, generator=rng) for one in given]
        with torch.no_grad():
            wanted = said.module(*given)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        feed = {key: one.numpy() for key, one in zip(said.names, given, strict=True)}
        for one, other in zip(session.run(None, feed), wanted, strict=True):
            other = other.numpy()
            assert one.shape == other.shape
            assert np.abs(one - other).max() <= exporting.PARITY * np.abs(other).max()
    about = json.loads(files["package.json"])["onnx"]
    assert about["difference"] <= exporting.PARITY
    assert f"`{name}.onnx`" in files["README.md"].decode()


@needs_export
def test_an_export_that_answers_otherwise_is_not_written(tmp_path, monkeypatch):
    path = untrained.network("sl-complex-gap", tmp_path)
    monkeypatch.setattr(exporting, "parity", lambda said, content: 2e-5)
    with pytest.raises(DataError, match="export to ONNX is off by 2e-05"):
        make_package(path, onnx=True)
