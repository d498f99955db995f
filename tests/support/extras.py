"""Libraries of extras: a test that needs one is skipped without it, unless all are demanded."""

import importlib.util
import os

import pytest

DEMANDED = "GAPWORKS_REQUIRE_EXTRAS"
"""In the environment, as in CI: what is missing is a failure then."""


def needs(module):
    """A mark of tests that need a module which not everybody installs."""
    missing = importlib.util.find_spec(module) is None
    said = f"needs {module}: pip install -e '.[publish]'"
    return pytest.mark.skipif(missing and not os.environ.get(DEMANDED), reason=said)
