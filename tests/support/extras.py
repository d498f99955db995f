"""The validators of envs/validators.txt, which not everybody installs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMANDED = "GAPWORKS_REQUIRE_EXTRAS"
"""In the environment, as in CI: what is missing is a failure then."""
VALIDATORS = Path(os.environ.get("GAPWORKS_VALIDATORS") or Path(sys.prefix) / "validators") / "bin"


def validator(*words, cwd=None):
    """Run a program of the validators' environment; skips the test that asks where it is not."""
    program, *arguments = words
    if not (VALIDATORS / program).exists():
        missing = pytest.fail if os.environ.get(DEMANDED) else pytest.skip
        missing(f"needs {program}: make validators")
    return subprocess.run(
        [VALIDATORS / program, *map(str, arguments)], cwd=cwd, capture_output=True, text=True
    )
