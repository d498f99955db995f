"""Completion as bash does it, in a shell that has read what `gapworks completion bash` prints."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from gapworks.cli.completion import SHELLS, targets
from gapworks.study import STUDIES
from tests.conftest import ROOT
from tests.support.command import gapworks

ASK = """
source <("$0" completion bash)
COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 ))
$(complete -p gapworks | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""


@cache
def completed(*words: str) -> set[str]:
    """What bash offers for the last of the words."""
    program = Path(sys.executable).parent / "gapworks"
    ran = subprocess.run(
        ["bash", "-c", ASK, program, *words], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.split())


def test_commands_and_their_options_are_completed():
    assert completed("gapworks", "sim") == {"simulate"}
    assert {"--settings", "--start", "--output"} <= completed("gapworks", "simulate", "chain", "--")


def test_studies_are_completed_where_they_are_arguments_and_where_they_are_commands():
    assert completed("gapworks", "simulate", "") == set(STUDIES)
    assert completed("gapworks", "solve", "el") == {"eliashberg"}


def test_figures_tables_and_targets_are_completed():
    assert completed("gapworks", "figure", "qpi", "conf") == {"confusion"}
    found = completed("gapworks", "cost", "results/paper/chain/figures/fig")
    assert "results/paper/chain/figures/fig3.pdf" in found
    assert all(one.startswith("results/paper/chain/figures/fig") for one in found)


def test_files_are_completed():
    assert "README.md" in completed("gapworks", "verify", "READ")


def test_every_shell_has_a_script_with_every_command(tmp_path):
    commands = set(re.findall(r"^    (\w+)(?: |$)", gapworks("--help").stdout, re.MULTILINE))
    assert {"cost", "completion", "train"} <= commands
    for shell in SHELLS:
        # No config.yaml here: no scale is known, studies are.
        ran = gapworks("completion", shell, cwd=tmp_path)
        assert ran.returncode == 0
        assert all(one in ran.stdout for one in commands)


def test_targets_without_a_config_or_with_a_wrong_one_are_the_studies(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert targets() == list(STUDIES)
    (tmp_path / "config.yaml").write_text("scales: [")
    assert targets() == list(STUDIES)


def test_an_unknown_shell_is_refused():
    assert gapworks("completion", "cmd").returncode == 2


@pytest.mark.parametrize("module", ["shtab", "torch", "numba", "snakemake"])
def test_no_command_pays_for_completion_or_for_what_it_does_not_use(module):
    code = f"import sys, gapworks.cli; sys.exit('{module}' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
