"""The site, built once, with figures of one study and none of the others."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pytest

from gapworks.study import study
from tests.conftest import ROOT

NEEDED = ("furo", "myst_parser", "sphinx")


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built pages; a warning of the build is a failure."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing and not os.environ.get("GAPWORKS_REQUIRE_EXTRAS"):
        pytest.skip(f"needs {', '.join(missing)}: pip install '.[docs]'")
    assert not missing
    folder = tmp_path_factory.mktemp("site")
    figures = folder / "results/tiny/chain/figures"
    figures.mkdir(parents=True)
    figure = plt.figure(figsize=(4, 3))
    figure.add_subplot().plot([0, 1], [0, 1])
    for name in study("chain").figures:
        figure.savefig(figures / f"{name}.png", dpi=60)
    plt.close(figure)
    options = ("--quiet", "--fail-on-warning", "--keep-going", "--doctree-dir", folder / "read")
    shown = (f"gallery_results={folder / 'results'}", "gallery_scale=tiny")
    defined = [word for one in shown for word in ("-D", one)]
    built = subprocess.run(
        [sys.executable, "-m", "sphinx", *options, *defined, ROOT / "docs", folder / "built"],
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert built.returncode == 0, built.stderr
    return folder / "built"
