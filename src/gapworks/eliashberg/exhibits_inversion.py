"""The study's figures and tables of what the equations infer, beyond the paper."""

from __future__ import annotations

from gapworks.study import Exhibit

FIGURES = {
    "inversion": Exhibit(
        "paper.figures_inversion:inversion",
        "Spectral functions inferred from noisy gap functions",
        lambda scale: {"inferred": "complex-inversion"},
        "**Inversion (ours).** Spectral functions of test samples (orange, dashed), as the "
        "equations infer them from gap functions with noise, with bands of 68 and 95 % (blue, "
        "`gapworks invert`), and as a network does that was trained with noise (green). Noise in "
        "units of the gap function at its lowest energy; rows: samples.",
    ),
    "coverage": Exhibit(
        "paper.figures_inversion:coverage",
        "Coverage of the bands",
        lambda scale: {"inferred": "complex-inversion"},
        "**Coverage (ours).** Error of the inferred spectral function against the noise, by the "
        "equations and by the network, and the half width of the bands (a); share of the true "
        "spectrum inside the bands, mean over samples with its standard error, dotted: what is "
        "claimed (b); relative errors of coupling, logarithmic frequency and critical "
        "temperature (c). Lines: medians over test samples; bands: 68 % of them.",
    ),
    "modes": Exhibit(
        "paper.figures_inversion:modes",
        "How many modes data resolve",
        lambda scale: {"counted": "complex-modes"},
        "**Modes (ours).** Directions in the space of spectra along which data tell more than is "
        "known beforehand (prior of size 1 and length 6 % of the cut-off), against their noise: "
        "gap function, density of states at the same energies, Matsubara data. Medians over test "
        "samples; bands: 68 % of them.",
    ),
}

TABLES = {
    "inversion": Exhibit(
        "paper.tables_inversion:inversion",
        "Inferred spectra by noise: errors and coverage",
        lambda scale: {"inferred": "complex-inversion"},
        "**Inversion (ours).** Spectra inferred from gap functions with noise, by the equations "
        "and by a network that was trained with noise: median errors, width and coverage of the "
        "bands, chi squared, resolved modes, and relative errors of lambda, omega_log and T_c, "
        "with standard errors over test samples.",
    ),
}
