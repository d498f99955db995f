"""Errors, coverage and time of spectral functions inferred from data with noise.

    python benchmarks/inversion.py [--kind gap|dos|conductance] [--noise 0.01] [--spectra 2]
                                   [--set trial]

Spectra of six kinds are drawn, solved, given white noise and inverted, so many of each kind; the
solver's grid and step are not those of the inversion. `--set` names the random stream: development
(on which choices were made), trial, held-back. Noise of gap functions is in units of Delta at the
lowest energy, that of N / N_F and of dI/dV in units of their normal value. One core:
OPENBLAS_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import yaml

from gapworks.eliashberg import (
    BOLTZMANN,
    PAPER_CUTOFF,
    continue_to_real_axis,
    coupling_constant,
    critical_temperature,
    density_of_states,
    invert,
    invert_conductance,
    invert_dos,
    logarithmic_frequency,
    solve_matsubara,
)
from gapworks.eliashberg.config import Spectra
from gapworks.eliashberg.data.dataset import DRAW

TEMPERATURE, MU_STAR, GAMMA = 1.16, 0.1, 0.05
SETS = {"development": 1, "trial": 2, "held-back": 3}
OMEGA = 0.01 * np.arange(1, 1001)
X = 0.175 * np.arange(1, 201)
VOLTAGE = np.linspace(-25, 25, 301)
LEAST_GAP = 0.1
CONFIG = yaml.safe_load((Path(__file__).parents[1] / "config.yaml").read_text())
CHOICES = Spectra.model_validate(CONFIG["eliashberg"]["spectra"])


def peak(centre, width, height=1.0):
    """A Gaussian on the grid."""
    return height * np.exp(-0.5 * ((OMEGA - centre) / width) ** 2)


def lead(rng):
    """Two cut Lorentzians, as the transverse and longitudinal phonons of lead."""
    result = np.zeros(OMEGA.size)
    for bounds, width, reach, height in (
        ((3.0, 4.5), 0.6, 2.0, rng.uniform(0.6, 1.2)),
        ((6.5, 8.5), 0.35, 1.2, 1.0),
    ):
        off = np.abs(OMEGA - rng.uniform(*bounds))
        line = 1 / (1 + (off / width) ** 2) - 1 / (1 + (reach / width) ** 2)
        result += height * np.where(off < reach, line, 0)
    return result


def debye(rng):
    """omega^2 up to a rounded edge."""
    edge, width = rng.uniform(4, 8), rng.uniform(0.15, 0.5)
    return (OMEGA / edge) ** 2 / (1 + np.exp((OMEGA - edge) / width))


def bands(rng):
    """Three groups of phonons."""
    places = ((1.5, 3.5), (4.5, 6.0), (7.0, 8.7))
    return sum(
        peak(rng.uniform(*place), rng.uniform(0.25, 0.6), rng.uniform(0.3, 1)) for place in places
    )


def optical(rng):
    """A weak acoustic part and one strong optical mode, as in MgB2."""
    acoustic = 0.25 * (OMEGA / 6) ** 2 / (1 + np.exp((OMEGA - 6) / 0.4))
    return acoustic + peak(rng.uniform(6.5, 8.5), rng.uniform(0.15, 0.35))


SHAPES = {"lead": lead, "debye": debye, "bands": bands, "optical": optical}


def draw(kind, rng):
    """A spectrum of a kind that has a gap, and its solution on the imaginary axis."""
    while True:
        if kind in DRAW:
            a2f = DRAW[kind](rng, OMEGA.size, getattr(CHOICES, kind))
        else:
            a2f = SHAPES[kind](rng) * np.minimum(1, (10.01 - OMEGA) / 1.0)
            a2f *= rng.uniform(0.3, 1.5) / a2f.max()
        m = solve_matsubara(OMEGA, a2f, TEMPERATURE, MU_STAR, 351, PAPER_CUTOFF)
        if m.superconducting and m.delta[0] > LEAST_GAP:
            return a2f, m


def measure(kind, m, noise, rng):
    """Data with noise as arguments of the function that inverts them."""
    if kind == "conductance":
        kt = BOLTZMANN * TEMPERATURE
        fine = np.arange(-28, 28, 0.02)
        dos = density_of_states(fine, continue_to_real_axis(m, fine, GAMMA).delta, GAMMA)
        kernel = 0.02 / (4 * kt * np.cosh((fine - VOLTAGE[:, None]) / (2 * kt)) ** 2)
        values = kernel @ dos + noise * rng.standard_normal(VOLTAGE.size)
        return invert_conductance, (VOLTAGE, values, noise), {"dynes": GAMMA, "end": 10.0}
    delta = continue_to_real_axis(m, X, GAMMA, step=0.025).delta
    if kind == "dos":
        values = density_of_states(X, delta, GAMMA) + noise * rng.standard_normal(X.size)
        return invert_dos, (X, values, noise), {}
    sigma = noise * abs(delta[0])
    values = delta + sigma * (rng.standard_normal(X.size) + 1j * rng.standard_normal(X.size))
    return invert, (X, values, sigma), {}


def judge(a2f, m, found):
    """Numbers of one inversion."""
    x = X
    delta = continue_to_real_axis(m, x, GAMMA, step=0.03).delta
    again = solve_matsubara(OMEGA, found.a2f, TEMPERATURE, MU_STAR, 351, PAPER_CUTOFF)
    closed = continue_to_real_axis(again, x, GAMMA, step=0.03).delta
    numbers = {
        "lambda": (coupling_constant(OMEGA, a2f), found.lambda_),
        "omega_log": (logarithmic_frequency(OMEGA, a2f), found.omega_log),
        "T_c": (critical_temperature(OMEGA, a2f, MU_STAR), found.critical_temperature),
    }
    return {
        "error": np.linalg.norm(found.a2f - a2f) / np.linalg.norm(a2f),
        "in 68": np.mean((found.lower <= a2f) & (a2f <= found.upper)),
        "in 95": np.mean((found.lower95 <= a2f) & (a2f <= found.upper95)),
        "width": np.linalg.norm(found.upper - found.lower) / 2 / np.linalg.norm(a2f),
        "closure": np.linalg.norm(closed - delta) / np.linalg.norm(delta),
        "chi2": found.chi2,
        "modes": found.modes,
        "answered": float(found.converged and found.refused is None),
    } | {
        name + what: value
        for name, (true, one) in numbers.items()
        for what, value in (
            ("", abs(one.value / true - 1)),
            (" in 68", float(one.lower <= true <= one.upper)),
            (" in 95", float(one.lower95 <= true <= one.upper95)),
        )
    }


def main():
    """Print a row for each kind, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=("gap", "dos", "conductance"), default="gap")
    parser.add_argument("--noise", type=float, default=0.01)
    parser.add_argument("--spectra", type=int, default=2, help="of each kind")
    parser.add_argument("--set", choices=SETS, default="trial")
    args = parser.parse_args()
    rows, kinds = [], (*DRAW, *SHAPES)
    for number, kind in enumerate(kinds):
        for index in range(args.spectra):
            rng = np.random.default_rng([SETS[args.set], number, index])
            a2f, m = draw(kind, rng)
            function, data, options = measure(args.kind, m, args.noise, rng)
            start = time.process_time()
            found = function(*data, TEMPERATURE, MU_STAR, cutoff=PAPER_CUTOFF, **options)
            spent = time.process_time() - start
            rows.append({"kind": kind} | judge(a2f, m, found) | {"seconds": spent})
    names = [name for name in rows[0] if name != "kind"]
    medians = {"error", "closure", "width", "lambda", "omega_log", "T_c", "chi2", "modes"}
    medians |= {"seconds"}
    spread = np.std([row["in 68"] for row in rows]) / np.sqrt(len(rows))
    print(
        f"{args.kind}, noise {args.noise:g}, {args.set}: {len(rows)} spectra; medians, and means of"
    )
    print("in 68, in 95, answered; largest closure in the last column; standard error of the")
    print(f"pooled in 68: {spread:.2g}")
    print("| kind | " + " | ".join(names) + " | worst |")
    print("|---|" + "---|" * (len(names) + 1))
    for kind in (*kinds, "all"):
        chosen = [row for row in rows if kind in (row["kind"], "all")]
        cells = [
            f"{(np.median if name in medians else np.mean)([row[name] for row in chosen]):.3g}"
            for name in names
        ]
        worst = max(row["closure"] for row in chosen)
        print(f"| {kind} | " + " | ".join(cells) + f" | {worst:.2g} |", flush=True)


if __name__ == "__main__":
    main()
