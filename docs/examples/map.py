"""Make the map of docs/tutorials/map.md: python docs/examples/map.py [FILE]

The density of states around an impurity of a nematic (Eu) superconductor, at 0 and 1 meV, with
white noise of a tenth of its standard deviation.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from gapworks.qpi import Parameters, ldos_window

TRUE = Parameters("Eu", theta=0.7, delta=0.8, eps0=-60.0, impurity=120.0, broadening=0.3)
ENERGIES = (0.0, 1.0)
"""meV."""
CELLS, NOISE, SEED = 64, 0.1, 11


def maps() -> np.ndarray:
    """Change of the density of states, shape (2, 64, 64), on the cells of the lattice."""
    exact = np.stack([ldos_window(replace(TRUE, omega=e), size=CELLS).values for e in ENERGIES])
    noise = np.random.default_rng(SEED).standard_normal(exact.shape)
    return exact + NOISE * exact.std(axis=(1, 2), keepdims=True) * noise


if __name__ == "__main__":
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "maps.npy")
    np.save(path, maps().astype(np.float32))
    print(f"{path}: {len(ENERGIES)} maps of {CELLS} x {CELLS} cells")
