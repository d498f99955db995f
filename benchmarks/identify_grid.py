"""How long a grid of a microscope takes from its file to an answer, and whether it is right.

    .venv/bin/python benchmarks/identify_grid.py [IRREP ...]

A Nanonis file (.3ds) of 256 x 256 square pixels, 80 lattice constants wide, 21 energies from -2 to
2 meV: the LDOS around one impurity off the middle, on a tilted background, turned by 7 degrees, in
noise of a tenth of its deviation, is read and identified as by `gapworks identify`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from scipy.ndimage import map_coordinates

from gapworks.qpi.inference.identify import identify
from gapworks.qpi.physics.ldos import green_window, ldos_from_window
from gapworks.qpi.physics.parameters import Parameters
from gapworks.readers import read_map

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.support.microscope_files import write_3ds

PIXELS, WIDTH, LATTICE = 256, 80.0, 0.344
ENERGIES = np.linspace(-2.0, 2.0, 21)
IMPURITY, TURN, NOISE = (3.3, -5.2), np.deg2rad(7.0), 0.1
SUPERCONDUCTORS = {
    name: Parameters(name, theta, 1.1, -72.0, broadening=0.3, impurity=90.0)
    for name, theta in (("A1g", 0.6), ("A2u", 0.0), ("A2g", 1.1), ("Eg", 0.5), ("Eu", 2.2))
}


def grid(p: Parameters, rng: np.random.Generator) -> np.ndarray:
    """The LDOS on pixels, shape (21, 256, 256), an atom in each cell of the lattice."""
    size = 128
    ldos = ldos_from_window(green_window(p, tuple(ENERGIES), size, 8192)[0], p)
    x = (np.arange(PIXELS) - PIXELS / 2) * WIDTH / PIXELS
    x, y = x[None, :] - IMPURITY[0], x[:, None] - IMPURITY[1]
    x, y = x * np.cos(TURN) + y * np.sin(TURN), y * np.cos(TURN) - x * np.sin(TURN)
    j = 2 / np.sqrt(3) * y
    at = np.array([x - j / 2, j]) + ldos.shape[-1] // 2
    shown = np.stack([map_coordinates(one, at, order=3, mode="constant") for one in ldos])
    unit = shown.std((1, 2), keepdims=True)
    i, k = at - ldos.shape[-1] // 2
    atoms = np.cos(2 * np.pi * i) + np.cos(2 * np.pi * k) + np.cos(2 * np.pi * (i - k))
    background = 6 + 0.3 * atoms + (x + y) / WIDTH
    return shown + unit * (background + NOISE * rng.standard_normal(shown.shape))


def main(names: list[str]) -> None:
    """Print a line for each superconductor."""
    for name in names:
        p = SUPERCONDUCTORS[name]
        maps = grid(p, np.random.default_rng(1))
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "grid.3ds"
            sweep = (1e-3 * ENERGIES[0], 1e-3 * ENERGIES[-1])
            write_3ds(file, {"LI Demod 1 X (A)": 1e-12 * maps}, sweep, 1e-9 * LATTICE * WIDTH)
            began, wall = process_time(), perf_counter()
            read = read_map(file, lattice_constant=LATTICE)
            reading = process_time() - began
            found = identify(read.values, read.energies, read.raster, read.field_of_view)
        spent, wall = process_time() - began, perf_counter() - wall
        said = found.refused or json.dumps(
            {key: getattr(found, key) for key in ("set", "theta", "delta", "eps0")}
        )
        print(f"{name}: read in {reading:.1f} s, {spent:.1f} s CPU, {wall:.1f} s in all: {said}")
        for note in found.notes:
            print(f"    {note}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or list(SUPERCONDUCTORS))
