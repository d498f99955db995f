"""docs/examples/read_data.ipynb: it runs, and prints what stands in it."""

import importlib.util
import os

import h5py
import numpy as np
import pytest
import xarray

from gapworks.chain.data import dataset
from gapworks.factory.container import VALID, Coordinate, Variable, named
from gapworks.factory.gather import gather
from gapworks.factory.shards import simulate_shard
from tests.conftest import ROOT
from tests.support import scale
from tests.support.command import SETTINGS
from tests.support.extras import DEMANDED

NOTEBOOK = ROOT / "docs/examples/read_data.ipynb"
RUNS = all(importlib.util.find_spec(name) for name in ("nbclient", "nbformat", "ipykernel"))


@pytest.fixture
def rings(tmp_path):
    """The data set that the notebook's outputs are of, where it looks for it."""
    settings = dataset.Settings.model_validate({"study": "chain", **SETTINGS, "dataset": "train"})
    path = tmp_path / "results/smoke/chain/data/train.h5"
    path.parent.mkdir(parents=True)
    simulate_shard(dataset, settings, 0, 8, tmp_path / "shards/0-8.h5", threads=1)
    gather(dataset, settings, tmp_path / "shards", 8, 8, path)
    return path


def printed(notebook):
    """What every cell of code printed or gave."""
    return [
        "".join(one.get("text") or one["data"]["text/plain"] for one in cell["outputs"])
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.mark.skipif(not RUNS and not os.environ.get(DEMANDED), reason="needs nbclient, ipykernel")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_notebook_runs_and_prints_what_stands_in_it(rings, tmp_path, request):
    import nbclient
    import nbformat

    kept = nbformat.read(NOTEBOOK, as_version=4)
    ran = nbformat.read(NOTEBOOK, as_version=4)
    for cell in ran.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = nbclient.NotebookClient(
        ran, timeout=600, resources={"metadata": {"path": str(tmp_path)}}, record_timing=False
    )
    client.execute()
    if request.config.getoption("--update-golden"):
        nbformat.write(ran, NOTEBOOK)
        kept = ran
    assert printed(ran) == printed(kept)
    assert "(4, 32) (4, 32) torch.float64" in printed(ran)[-2]


def test_all_but_the_coordinates_have_a_row_for_each_sample(rings):
    with h5py.File(rings, locking=False) as file:
        lengths = {name: len(array) for name, array in file.items() if not array.is_scale}
        along = {name for name, array in file.items() if array.is_scale}
    assert set(lengths.values()) == {8} and {"V", "delta", "valid"} <= lengths.keys()
    assert along == {"sample", "site"}


def test_xarray_takes_scales_for_coordinates_and_complex_numbers_as_they_are(tmp_path):
    variables = {
        "green": Variable(("sample", "component"), "1/meV", "propagator", "complex64"),
        "valid": VALID,
    }
    along = {"component": named(["ee", "eh"], "entry")}
    path = scale.dataset(tmp_path / "train.h5", 3, variables, along, "qpi")
    with xarray.open_dataset(path, engine="h5netcdf") as data:
        assert set(data.coords) == {"sample", "component"}
        assert set(data.data_vars) == {"green", "valid"}
        assert data.green.dims == ("sample", "component")
        assert data.green.dtype == np.complex64 and data.green.attrs["units"] == "1/meV"
        assert (data.green.values.real > 0).any()
        assert data.component.attrs["flag_meanings"] == "ee eh"


def test_one_coordinate_is_no_array_of_samples_even_if_it_is_as_long(tmp_path):
    along = {"site": Coordinate(np.arange(8), "a", "site")}
    path = scale.dataset(tmp_path / "train.h5", 8, scale.VARIABLES, along)
    with h5py.File(path, locking=False) as file:
        assert file["site"].is_scale and not file["mu"].is_scale
