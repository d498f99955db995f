"""gapworks as a library: installed without what only runs of the workflow need."""

import subprocess
import sys
import textwrap

import pytest

WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in (
            "snakemake", "psutil", "mpi4py", "snakemake_executor_plugin_slurm",
            "snakemake_interface_common", "pytest", "hypothesis", "xarray",
            "marimo", "access2thematrix", "spym", "onnx", "onnxruntime", "onnxscript",
        ):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""


def run(code):
    """How Python ends without the extras, and what it said."""
    text = WITHOUT + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=300)


def command(folder, words):
    """A command in a folder, without the extras."""
    return run(
        f"""
        import os
        os.chdir({str(folder)!r})
        from gapworks.cli import main
        sys.exit(main({words!r}))
        """
    )


def test_solvers_and_the_commands_on_own_data_do_without_the_extras(tmp_path):
    ended = run(
        f"""
        import numpy as np
        import gapworks.chain, gapworks.eliashberg, gapworks.qpi
        assert gapworks.chain.solve(np.zeros((1, 16))).delta.shape == (1, 16)
        for face in (gapworks.chain, gapworks.eliashberg, gapworks.qpi):
            for name in face.__all__:
                getattr(face, name)
        from gapworks.cli import main
        for words in (["predict", "chain", "--help"], ["info", "--help"]):
            try:
                main(words)
            except SystemExit as end:
                assert end.code == 0
        np.save({str(tmp_path / "V.npy")!r}, np.zeros((2, 32)))
        sys.exit(main(["predict", "chain", "--network", "none.safetensors",
                       "--input", {str(tmp_path / "V.npy")!r}, "--output", "d.npy"]))
        """
    )
    assert ended.returncode == 1
    assert "none.json" in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["resume", "--list"], "resume needs psutil: pip install 'gapworks[workflow]'"),
        (["cost"], "cost needs snakemake: pip install 'gapworks[workflow]'"),
        (["app", "--headless"], "app needs marimo: pip install 'gapworks[app]'"),
        (["identify", "map.mtrx", "--energies", "0", "1"], "pip install 'gapworks[stm]'"),
        (["identify", "map.sm4", "--energies", "0", "1"], "pip install 'gapworks[stm]'"),
    ],
)
def test_what_a_command_lacks_is_named_with_the_extra_that_brings_it(tmp_path, words, said):
    (tmp_path / "Snakefile").touch()
    for name in ("map.mtrx", "map.sm4"):
        (tmp_path / name).write_bytes(b"a microscope's")
    ended = command(tmp_path, words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cost"], "no Snakefile here: go to the folder of the run, a checkout of gapworks"),
        (["cost", "--scales"], "--scales needs a checkout of gapworks"),
        (["record"], "go to a checkout of gapworks"),
        (["crate", "."], "give the checkout of gapworks: --workflow FOLDER"),
        (
            ["croissant", "chain", "--scale", "smoke", "--data", "d.h5", "--output", "c.json"],
            "give the checkout of gapworks: --workflow FOLDER",
        ),
    ],
)
def test_a_command_of_a_checkout_says_so_elsewhere(tmp_path, words, said):
    ended = command(tmp_path, words)
    assert ended.returncode == 2
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_network_that_is_nowhere_is_answered_with_both_ways_to_one(tmp_path):
    files = ["--input", "V.csv", "--output", "d.csv"]
    ended = command(tmp_path, ["predict", "chain", "--network", "surrogate", *files])
    assert ended.returncode == 1
    assert "surrogate.zip, by `gapworks package surrogate`" in ended.stderr
    assert "in a checkout of gapworks: snakemake -c2 " in ended.stderr
