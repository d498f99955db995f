"""How much an image moves with what the paper of the qpi study leaves open.

    python benchmarks/qpi_left_open.py [SUPERCONDUCTORS, 7 or more]

Relative L2 changes of the images that the paper's networks are shown (128 pixels, N = 1024), over
the first superconductors of `faithful_test`: the median, in brackets the range, by representation.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from gapworks.config import load
from gapworks.plan import Plan
from gapworks.qpi.data.draw import draw
from gapworks.qpi.physics.image import image, pixel_means
from gapworks.qpi.physics.parameters import IRREPS, Parameters

ROOT = Path(__file__).parents[1]
CHANGES = {
    "T in the right order": {"t_order": "corrected"},
    "sixth shell as printed": {"sixth_shell": "printed"},
    "d vector as printed": {"d_vector": "printed"},
    "v = 50 meV": {"impurity": 50.0},
    "v = 200 meV": {"impurity": 200.0},
    "v = -100 meV": {"impurity": -100.0},
    "broadening of 0.3 meV": {"broadening": 0.3},
}
DENSITY = "density of states in place of eq. 12"


def main(superconductors: int) -> None:
    """Print the table."""
    _, scales = load(yaml.safe_load((ROOT / "config.yaml").read_text()))
    settings = Plan("paper", scales["paper"], "qpi").simulation("faithful_test")

    def shown(p: Parameters, observable: str = "eq12") -> np.ndarray:
        whole = image(p, settings.n_effective, observable, dtype=np.float32)
        return pixel_means(whole, settings.pixels)

    found: dict[tuple[str, str], list[float]] = {}
    for index in range(superconductors):
        known = (settings.seed, settings.stream, settings.physics, index, settings.reading)
        p = draw(*known).p
        before = shown(p)
        others = {name: shown(replace(p, **change)) for name, change in CHANGES.items()}
        others[DENSITY] = shown(p, "ldos")
        for name, after in others.items():
            change = np.linalg.norm(after - before) / np.linalg.norm(before)
            found.setdefault((name, p.irrep), []).append(float(change))
    print(f"| changed | {' | '.join(IRREPS)} |\n|---|{'---|' * len(IRREPS)}")
    for name in [*CHANGES, DENSITY]:
        cells = [
            f"{np.median(some):.2g} ({min(some):.2g} to {max(some):.2g})"
            for some in (found[name, irrep] for irrep in IRREPS)
        ]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
