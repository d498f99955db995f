"""Make the example files of docs/own-data.md: python docs/examples/make.py [FOLDER]

Spectra like those of lead, magnesium diboride and a hydride, laid out as EPW, Elk and lambda.x
write them; what would be measured of the first, gap function and dI/dV of a junction, with noise;
and the disorder of two rings.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter1d

from gapworks.eliashberg import (
    Instrument,
    conductance,
    continue_to_real_axis,
    logarithmic_frequency,
    solve_matsubara,
)
from gapworks.eliashberg.data.typical import HYDRIDE, LEAD, MAGNESIUM_DIBORIDE, Typical
from gapworks.readers.spectra import running_coupling
from gapworks.readers.units import MEV

POINTS = 200
"""Of each spectrum."""
SMEARED = (0.0, 3.0)
"""Of the columns of lambda.x and EPW, in steps of the grid."""
TEMPERATURE, BROADENING, MODULATION = 1.2, 0.05, 0.1
"""K, meV, mV: of the measurements of lead."""
GAP_NOISE, CONDUCTANCE_NOISE = 0.01, 0.003
"""Standard deviations, meV and units of the normal state's."""
DISORDER, SITES = np.array([0.5, 1.0]), 128
"""V0 of each ring, units of t; sites of a ring."""


def spectra(kind: Typical) -> tuple[np.ndarray, np.ndarray]:
    """omega, shape (POINTS,), meV, and a2F at each smearing, shape (2, POINTS)."""
    omega = kind.grid(POINTS)
    a2f = kind.on(omega)
    rows = [gaussian_filter1d(a2f, width, mode="constant") if width else a2f for width in SMEARED]
    return omega, np.array(rows)


def epw(kind: Typical) -> str:
    """prefix.a2f: meV, a2F and running lambda at each smearing, words below."""
    omega, a2f = spectra(kind)
    running = running_coupling(omega, a2f)
    rows = np.column_stack([omega, a2f.T, running.T])
    smearings = "".join(f"{0.05 + width * omega[0]:12.7f}" for width in SMEARED)
    couplings = "".join(f"{one:12.7f}" for one in running[:, -1])
    return "\n".join(
        [
            f" w[meV] a2f and integrated 2*a2f/w for {len(a2f):4d} smearing values",
            *("".join(f"{value:12.7f}" for value in row) for row in rows),
            " Integrated el-ph coupling",
            f"  #         {couplings}",
            " Phonon smearing (meV)",
            f"  #         {smearings}",
            "Electron smearing (eV)   0.0500000",
            "Fermi window (eV)   0.2000000",
            f"Summed el-ph coupling    {running[0, -1]:.7f}",
            "",
        ]
    )


def elk(kind: Typical) -> str:
    """ALPHA2F.OUT: Hartree, no header."""
    omega, a2f = spectra(kind)
    rows = zip(omega / MEV["Ha"], a2f[0], strict=True)
    return "".join(f"{w:18.10E}{a:18.10E}\n" for w, a in rows)


def lambda_x(kind: Typical) -> str:
    """alpha2F.dat: THz, a column for each electronic smearing, which its header lists."""
    omega, a2f = spectra(kind)
    rows = np.column_stack([omega / MEV["THz"], a2f.T])
    header = "# E(THz) " + "".join(f"{0.01 * (k + 1):10.3f}" for k in range(len(a2f)))
    return "\n".join([header, *("".join(f"{v:12.6f}" for v in row) for row in rows), ""])


def measurements(kind: Typical) -> dict[str, str]:
    """gap.csv and didv.csv of a spectrum, with noise."""
    omega = kind.grid(1000)
    m = solve_matsubara(omega, kind.on(omega), TEMPERATURE, kind.mu_star)
    rng = np.random.default_rng(1911)
    x = 0.2 * np.arange(1, 176)
    delta = continue_to_real_axis(m, x, BROADENING).delta
    noise = GAP_NOISE * rng.standard_normal((2, x.size))
    voltage = np.linspace(-35, 35, 401)
    didv = conductance(m, voltage, Instrument(TEMPERATURE, 0.0, MODULATION))
    didv = didv + CONDUCTANCE_NOISE * rng.standard_normal(voltage.size)
    return {
        "gap.csv": _csv(
            "energy (meV),Re Delta (meV),Im Delta (meV)",
            *(x, delta.real + noise[0], delta.imag + noise[1]),
        ),
        "didv.csv": _csv("voltage (mV),dI/dV over that of the normal state", voltage, didv),
    }


def disorder() -> str:
    """V.csv: independent levels between -V0 and V0 on two rings, units of t."""
    V = DISORDER * np.random.default_rng(1912).uniform(-1, 1, (SITES, len(DISORDER)))
    columns = ",".join(f"V0 = {one:g} (t)" for one in DISORDER)
    return _csv(f"site,{columns}", *V.T, first=np.arange(SITES))


def _csv(header: str, *columns: np.ndarray, first: np.ndarray | None = None) -> str:
    rows = [",".join(f"{value:.5f}" for value in row) for row in zip(*columns, strict=True)]
    if first is not None:
        rows = [f"{number},{row}" for number, row in zip(first, rows, strict=True)]
    return "\n".join([header, *rows, ""])


def files() -> dict[str, str]:
    """All example files, by their names in the folder."""
    return {
        "lead.a2f": epw(LEAD),
        "mgb2/ALPHA2F.OUT": elk(MAGNESIUM_DIBORIDE),
        "hydride/alpha2F.dat": lambda_x(HYDRIDE),
        **measurements(LEAD),
        "V.csv": disorder(),
    }


def main(folder: Path) -> None:
    """Write them, and say what they are."""
    for name, text in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        print(path)
    for kind in (LEAD, MAGNESIUM_DIBORIDE, HYDRIDE):
        omega, a2f = spectra(kind)
        log = logarithmic_frequency(omega, a2f[0])
        print(
            f"{kind.label}: lambda {kind.coupling:g}, omega_log {log:.4g} meV, mu* {kind.mu_star:g}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
