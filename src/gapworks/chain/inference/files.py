"""`gapworks solve chain`: files of disorder in, Delta and density of each site out."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from gapworks.chain.inference import report
from gapworks.chain.inference.report import Rings
from gapworks.chain.physics.model import check_disorder
from gapworks.chain.physics.solution import Reason
from gapworks.chain.physics.solver import solve
from gapworks.factory.disk import write_whole
from gapworks.factory.errors import DataError, Refused
from gapworks.readers.potentials import check_layout, read_potential

WRITTEN = ("output", "csv", "figure")
_FILLING = 0.85
_WIDE = 4.0
"""V that spreads so far, units of t, is as wide as the band: likely in another unit."""
_SHORT = 32
"""In rings of fewer sites the levels are so far apart that Delta depends on the length."""


def run(args: argparse.Namespace) -> None:
    """Solve the rings of the files, say what was assumed, write what was asked for.

    Parameters
    ----------
    args : Namespace
        Of `gapworks solve chain`, see `arguments`.

    Raises
    ------
    DataError
        If a file cannot be read or written.
    Refused
        If a ring may be a row or a column, or no ring of a file was solved.
    """
    if args.output is not None and len(args.files) > 1 and args.output.suffix.lower() != ".csv":
        raise DataError(f"{args.output}: of several files --output writes .csv only")
    if args.filling is not None and args.filling >= 2:
        raise DataError(f"--filling {args.filling:g}: give electrons per site below 2")
    found = [_solved(path, args) for path in args.files]
    print("\n\n".join(report.screen(one) for one in found))
    lost = [one.file for one in found if not one.solution.converged.any()]
    if lost:
        raise Refused(f"{', '.join(lost)}: no ring was solved: nothing was written")
    _write(args, found)


def _write(args: argparse.Namespace, found: Sequence[Rings]) -> None:
    if args.output is not None:
        suffix = args.output.suffix.lower()
        if suffix == ".h5":
            report.write_hdf5(args.output, found[0])
        else:
            content = report.sites_csv(found) if suffix == ".csv" else report.as_npy(found[0])
            write_whole(args.output, content)
    if args.csv is not None:
        write_whole(args.csv, report.rings_csv(found))
    if args.figure is not None:
        from gapworks.chain.inference.figure import draw

        draw(found, [args.figure])
    for name in WRITTEN:
        if getattr(args, name) is not None:
            print(f"{getattr(args, name)}: written")


def _solved(path: Path, args: argparse.Namespace) -> Rings:
    given = read_potential(path, args.axis, args.dataset)
    if given.unit is not None and args.hopping is None:
        raise Refused(
            f"{path}: speaks of {given.unit}: give the hopping t in {given.unit} by --hopping "
            "(1 if the numbers are in units of t)"
        )
    if said := check_layout(given.values):
        raise DataError(f"{path}: {said}")
    notes = list(given.notes)
    try:
        V = check_disorder(given.values) / (args.hopping or 1.0)
        if not V.size:
            raise ValueError(f"V: shape {V.shape}; give at least one ring")
        notes += _doubts(V, args)
        mean = V.mean(-1) if args.mu is None else np.zeros(V.shape[:-1])
        if np.abs(mean).max() > 0:
            notes.append(
                f"each ring's mean, up to {np.abs(mean).max():.3g} t, is taken off V: it shifts mu "
                "and nothing else; mu is given for V as it stands"
            )
        taken = V - mean[..., None]
        physics = {"coupling": args.coupling, "hartree": args.hartree, "mu": args.mu}
        physics["filling"] = _FILLING if args.filling is None else args.filling
        start, said = None, None
        if args.start is not None:
            start, said = _start(args.start, taken, physics)
        s = solve(taken, tolerance=args.tolerance, start=start, **physics)
    except DataError:
        raise
    except (ValueError, MemoryError) as error:
        raise DataError(f"{path}: {error or 'is too large for memory; split it'}") from error
    rings = Rings.of(str(path), V, mean, s, physics | {"tolerance": args.tolerance})
    notes += [said] if said else []
    for line in (*notes, *_failures(rings)):
        print(f"gapworks: {path}: {line}", file=sys.stderr)
    return rings


def _doubts(V: np.ndarray, args: argparse.Namespace) -> list[str]:
    """What is odd in V, units of t."""
    said = []
    reach = float(np.abs(V - V.mean(-1, keepdims=True)).max())
    if reach > _WIDE:
        said.append(
            f"V reaches {reach:.3g} t from its mean, beyond the whole band; is it in units of t? "
            "--hopping gives t in the file's unit"
        )
    if V.shape[-1] < _SHORT:
        said.append(
            f"rings of {V.shape[-1]} sites: levels are far apart and Delta depends on the length "
            "and on what closes the ring"
        )
    return said


def _failures(rings: Rings) -> list[str]:
    """Which rings were not solved, by reason."""
    reasons = rings.solution.reason.ravel()
    said = []
    for code in np.unique(reasons[reasons != Reason.CONVERGED]):
        numbers = np.flatnonzero(reasons == code) + 1
        named = ", ".join(map(str, numbers[:8])) + (" ..." if len(numbers) > 8 else "")
        said.append(
            f"{len(numbers)} of {len(reasons)} rings not solved ({named}): {Reason(code).text}"
        )
    return said


def _start(
    path: Path, V: np.ndarray, physics: dict
) -> tuple[tuple[np.ndarray, np.ndarray, np.ndarray] | None, str | None]:
    """Where a network lets the solver start, and what is to be said of it.

    Nothing of the answer depends on it: a network that does not fit is left out, and that is said.
    """
    from gapworks.chain.learning.trained import Network
    from gapworks.learning.library import open_network

    network = open_network(Network, path)
    if network.card["architecture"]["kind"] != "surrogate":
        raise DataError(f"{path}: predicts Delta alone; --start takes a surrogate")
    known = {key: network.physics[key] for key in ("coupling", "filling", "hartree")}
    if physics["mu"] is not None or any(physics[key] != value for key, value in known.items()):
        return None, f"{path.name} knows other physics ({known}): started from the clean ring"
    if V.shape[-1] < network.card["window"]:
        return None, f"rings shorter than {path.name}'s window: started from the clean ring"
    answer = network.answer(V)
    if not answer.closed.all():
        return None, f"{path.name} brackets no mu in some ring: started from the clean ring"
    return (answer.delta, answer.density, answer.mu), f"started from {path.name}"
