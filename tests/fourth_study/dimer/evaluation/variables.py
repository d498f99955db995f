"""What both evaluations hold."""

from __future__ import annotations

from gapworks.factory.container import Variable

VARIABLES = {
    "occupation": Variable(("V",), "1", "electrons on the first site"),
    "error": Variable(("V",), "1", "difference from the exact formula, of n and of E / t"),
}
