"""The qpi study's images and windows against their references.

Images by the convolution theorem against the double sum; converged windows by the ladder of grids
against sums over whole grids, their true and their stated error. One thread each.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import measure


class Sizes(NamedTuple):
    """What a run measures.

    Attributes
    ----------
    images : (N, precision) of images
    literal : N of the double sum
    windows : (size, N_eff) of windows
    whole : (size, N_eff) of the sum over the whole grid
    plain : (size, N) of one grid that need not converge
    errors : N_eff of the errors; the finest is the reference
    repeats : int
    """

    images: tuple[tuple[int, str], ...] = (
        (256, "float32"),
        (512, "float32"),
        (1024, "float32"),
        (1024, "float64"),
        (2048, "float64"),
    )
    literal: tuple[int, ...] = (16, 32)
    windows: tuple[tuple[int, int], ...] = (
        (64, 4096),
        (64, 8192),
        (64, 16384),
        (128, 32768),
        (512, 32768),
    )
    whole: tuple[int, int] = (64, 2048)
    plain: tuple[int, int] = (64, 1024)
    errors: tuple[int, ...] = (4096, 8192, 16384, 32768, 65536)
    repeats: int = 5


QUICK = Sizes(
    images=((256, "float32"), (1024, "float32")),
    literal=(16,),
    windows=((64, 4096), (64, 8192)),
    whole=(64, 1024),
    errors=(4096, 8192, 16384),
    repeats=3,
)


def main() -> None:
    sizes, results = measure.begin("qpi", __doc__, Sizes(), QUICK)
    with measure.fresh_cache():
        images(results, sizes)
        windows(results, sizes)
        errors(results, sizes)
        results.finish()


def superconductor(irrep, broadening, **more):
    """One typical parameter point."""
    from gapworks.qpi import Parameters

    values = {"theta": 0.7, "eps0": 30.0, "broadening": broadening, **more}
    return Parameters(irrep, **values)


def images(results: measure.Results, sizes: Sizes) -> None:
    """Seconds of an image, for a singlet and for a complex gap."""
    from gapworks.qpi import direct_sum_image, image

    cases = {irrep: superconductor(irrep, 0.3) for irrep in ("A1g", "Eu")}
    cases["Eu, phi"] = superconductor("Eu", 0.3, phi=0.5)
    cases["A1g, Rashba"] = superconductor("A1g", 0.3, rashba=5.0)
    for N in sizes.literal:
        measure.say(f"images: the double sum, N = {N}")
        p = cases["A1g"]
        calls = {"double sum": partial(direct_sum_image, p, N), "FFT": partial(image, p, N)}
        times = measure.race(calls, sizes.repeats, budget=2.0)
        for method, values in times.items():
            add(results, "image", f"A1g, N = {N}", method, values, times["double sum"])
    for N, dtype in sizes.images:
        measure.say(f"images: N = {N}, {dtype}")
        results.listen()
        calls = {
            name: partial(image, p, N, "ldos", dtype=dtype)
            for name, p in cases.items()
            if N < 2048 or "Rashba" not in name
        }
        for name, values in measure.race(calls, sizes.repeats, budget=2.0).items():
            add(results, "image", f"{name}, N = {N}", f"FFT, {dtype}", values)


def windows(results: measure.Results, sizes: Sizes) -> None:
    """Seconds of a window, for one energy and for two."""
    from gapworks.qpi import Ladder, green_window, integrate, twisted_window
    from gapworks.qpi import windows as assembled

    def shifted(p, size, N):
        return [twisted_window(p, size, n) for n in (N, N // 2)]

    def gathered(p, size, N):
        ladder = Ladder(p, (p.omega,), size, N, plain=True)
        return assembled(ladder, map(integrate, ladder.sub_grids()))

    size, N = sizes.whole
    # Compiled before anything is timed.
    green_window(superconductor("A1g", 0.3), None, 16, 1024)
    for irrep in ("A1g", "A2u"):
        p = superconductor(irrep, 0.3)
        measure.say(f"windows: {irrep}, the whole grid")
        calls = {
            "whole grid": partial(twisted_window, p, p.omega, size, N),
            "ladder": partial(green_window, p, p.omega, size, N),
        }
        times = measure.race(calls, sizes.repeats, budget=2.0)
        for method, values in times.items():
            case = f"{irrep}, {size} wide, N_eff = {N}"
            add(results, "window", case, method, values, times["whole grid"])
        calls = {
            "shifted grids": partial(shifted, p, *sizes.plain),
            "gathered": partial(gathered, p, *sizes.plain),
        }
        times = measure.race(calls, sizes.repeats, budget=2.0)
        for method, values in times.items():
            case = f"{irrep}, {sizes.plain[0]} wide, one grid of {sizes.plain[1]} and its half"
            add(results, "window", case, method, values, times["shifted grids"])
        for size_, N_ in sizes.windows:
            measure.say(f"windows: {irrep}, {size_} wide, N_eff = {N_}")
            results.listen()
            calls = {
                "ladder": partial(green_window, p, p.omega, size_, N_),
                "ladder, two energies": partial(green_window, p, (0.0, 1.0), size_, N_),
            }
            for method, values in measure.race(calls, sizes.repeats, budget=2.0).items():
                case = f"{irrep}, {size_} wide, N_eff = {N_}"
                add(results, "window", case, method, values)


def errors(results: measure.Results, sizes: Sizes) -> None:
    """True error of the density against the finest grid, and the stated bound."""
    from gapworks.qpi import green_window, ldos_from_window
    from gapworks.qpi.physics.grid_ladder import FLOOR
    from gapworks.qpi.physics.ldos import relative_difference

    for irrep in ("A1g", "A2g", "Eg", "A2u", "Eu"):
        for broadening in (0.1, 0.3):
            measure.say(f"errors: {irrep}, broadening {broadening}")
            p = superconductor(irrep, broadening)
            densities = []
            for N in sizes.errors:
                pair = (ldos_from_window(w, p) for w in green_window(p, p.omega, 128, N))
                densities.append(tuple(pair))
            best = densities[-1][0]
            case = f"{irrep}, broadening {broadening}"
            for N, (fine, coarse) in zip(sizes.errors[:-1], densities, strict=False):
                true = relative_difference(best, fine)
                stated = FLOOR + relative_difference(fine, coarse)
                note = "" if stated >= true else "BOUND BROKEN"
                results.add(
                    "error", f"{case}, N_eff = {N}", "true", "relative L2", [true], note=note
                )
                results.add("error", f"{case}, N_eff = {N}", "stated", "relative L2", [stated])


def add(results, section, case, method, values, reference=None) -> None:
    """A row in milliseconds."""
    reference = [1e3 * value for value in reference] if reference else None
    results.add(section, case, method, "ms", [1e3 * v for v in values], reference=reference)


if __name__ == "__main__":
    measure.run(main)
