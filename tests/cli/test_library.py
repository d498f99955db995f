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
            "marimo",
        ):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""


def run(code):
    """How Python ends without the extras, and what it said."""
    text = WITHOUT + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, timeout=300)


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
        (["app", "--headless"], "app needs marimo: pip install 'gapworks[app]'"),
    ],
)
def test_what_a_command_lacks_is_named_with_the_extra_that_brings_it(tmp_path, words, said):
    (tmp_path / "Snakefile").touch()
    ended = run(
        f"""
        import os
        os.chdir({str(tmp_path)!r})
        from gapworks.cli import main
        sys.exit(main({words!r}))
        """
    )
    assert ended.returncode == 1
    assert said in ended.stderr
