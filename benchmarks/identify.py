"""Coverage, confident errors and intervals of `identify` on random superconductors.

    .venv/bin/python benchmarks/identify.py [--set trial] [--samples N] [--noise .1 .3 .5]
        [--kind white|correlated|pink] [--energies 0 1] [--phi] [--trial NAME ...] [--calibrate]

Samples are drawn by the number of the set and their own, maps are of a grid of 16384, the fit's of
8192. `--calibrate` writes the temperature, thresholds and inflations that the package ships, from
the set `development`; `trial` is for their test. `--trial` changes maps as a measurement may, or as
the model does not know them: what is counted then is how many are refused, right, or confident and
wrong. A sample takes some five seconds.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, replace
from importlib.resources import files
from time import process_time

import numpy as np

from gapworks.qpi.config import CLASSES, E_GAPS
from gapworks.qpi.inference import verdict
from gapworks.qpi.inference.identify import identify, searched
from gapworks.qpi.inference.residual import Left
from gapworks.qpi.inference.search import Found
from gapworks.qpi.inference.templates import bank
from gapworks.qpi.physics.ldos import green_window, ldos_from_window
from gapworks.qpi.physics.parameters import HOPPING, Parameters

SETS = {"development": 1, "trial": 2, "held-back": 3}
SIZE, N_EFFECTIVE = 64, 16384
CONFIDENT = 0.9
ROWS, COLUMNS = np.indices((SIZE, SIZE)) - SIZE // 2
NEAR = ROWS**2 + ROWS * COLUMNS + COLUMNS**2 < 6


@dataclass(frozen=True)
class Record:
    """A sample and what was found."""

    p: Parameters
    label: str
    level: float
    found: Found
    left: Left
    refused: str | None
    seconds: float

    @property
    def truth(self) -> dict[str, float]:
        """What intervals should hold."""
        root = 3**0.5 if self.p.irrep == "A1u" else 1.0
        return {
            "theta": self.p.theta,
            "delta": root * self.p.delta,
            "eps0": self.p.eps0,
            "phi": self.p.phi,
        }


def draw(number: int, index: int, phi: bool) -> tuple[Parameters, str, np.random.Generator]:
    """Sample `index` of a set."""
    rng = np.random.default_rng([number, index])
    label = CLASSES[index % len(CLASSES)]
    irrep = ("A1u", "A2u")[index // len(CLASSES) % 2] if label == "A12u" else label
    mixed = label != "A12u"
    p = Parameters(
        irrep,
        float(rng.uniform(0, np.pi)) if mixed else 0.0,
        float(rng.uniform(0.2, 2)),
        float(rng.uniform(-300, 100)),
        broadening=float(np.exp(rng.uniform(*np.log((0.15, 0.6))))),
        impurity=float(rng.uniform(20, 300) * rng.choice([-1, 1])),
        phi=float(rng.uniform(0, np.pi / 2)) if phi and label in E_GAPS else 0.0,
    )
    return p, label, rng


def maps_of(p: Parameters, energies: tuple[float, ...]) -> np.ndarray:
    """The change of the LDOS, shape (E, 64, 64)."""
    window = green_window(p, energies, SIZE, N_EFFECTIVE)[0]
    return ldos_from_window(window, p)[:, :SIZE, :SIZE]


def noisy(maps: np.ndarray, level: float, kind: str, rng: np.random.Generator) -> np.ndarray:
    """Noise in units of the deviation of the image within the networks' disc, times sqrt 2."""
    from gapworks.qpi.physics.point_group import hann_disc

    disc = np.fft.fftshift(hann_disc(SIZE, 27.0))
    unit = np.sqrt(2 * ((maps * disc) ** 2).mean((1, 2), keepdims=True))
    noise = rng.standard_normal(maps.shape)
    if kind != "white":
        i = np.fft.fftfreq(SIZE)
        q = np.sqrt(4 / 3 * (i[:, None] ** 2 - i[:, None] * i + i**2))
        envelope = 1 / np.maximum(q, 1 / SIZE) if kind == "pink" else np.exp(-((q / 0.12) ** 2))
        noise = np.fft.ifft2(np.fft.fft2(noise) * envelope).real
        noise /= noise.std((1, 2), keepdims=True)
    return maps + level * unit * noise


def moved(maps: np.ndarray, rows: float, columns: float) -> np.ndarray:
    """Moved by cells, in part by the phase of the transform."""
    i = np.fft.fftfreq(SIZE)
    phase = np.exp(-2j * np.pi * (i[:, None] * rows + i * columns))
    return np.fft.ifft2(np.fft.fft2(maps) * phase).real


def through_tip(maps: np.ndarray, width: float) -> np.ndarray:
    """Blurred by a Gaussian, lattice constants."""
    i = np.fft.fftfreq(SIZE)
    q2 = (2 * np.pi) ** 2 * 4 / 3 * (i[:, None] ** 2 - i[:, None] * i + i**2)
    return np.fft.ifft2(np.fft.fft2(maps) * np.exp(-q2 * width**2 / 2)).real


def _far(maps):
    return np.where(NEAR, 0, maps).std((1, 2), keepdims=True)


def _set_point(maps):
    change = 0.3 * maps / np.abs(maps * ~NEAR).max()
    return (1 + change) / (1 + 0.5 * change.mean(0))


def _own_set_point(maps):
    """Each energy's map with a current of its own kept constant: its own share of it is lost."""
    change = 0.3 * maps / np.abs(maps * ~NEAR).max((1, 2), keepdims=True)
    return (1 + change) / (1 + 0.5 * change + 0.2 * np.roll(change, 1, 0))


TRIALS = {
    "as it is": lambda maps, p: maps,
    "one cell off": lambda maps, p: np.roll(maps, 1, 1),
    "five cells off": lambda maps, p: np.roll(maps, (5, -7), (1, 2)),
    "half a cell off": lambda maps, p: moved(maps, 0.5, 0.3),
    "tip of 0.4 a": lambda maps, p: through_tip(maps, 0.4),
    "plane": lambda maps, p: maps + 3 * _far(maps) * (2 + ROWS / 32 + COLUMNS / 64),
    "other units": lambda maps, p: maps * np.array([1.0, 7.0])[: len(maps), None, None],
    "set point": lambda maps, p: _set_point(maps),
    "transposed": lambda maps, p: maps.swapaxes(1, 2),
    "energies swapped": lambda maps, p: maps[::-1],
    "two impurities": lambda maps, p: maps + 0.7 * np.roll(maps, (13, 6), (1, 2)),
    "a weak second one": lambda maps, p: maps + 0.15 * np.roll(maps, (9, -4), (1, 2)),
    "charge-density wave": lambda maps, p: (
        maps + 0.5 * _far(maps) * np.cos(2 * np.pi * ROWS / 3 + 1)
    ),
    "other hopping": lambda maps, p: replace(
        p, hopping=tuple(np.array(HOPPING) * (1.05, 0.97, 1, 1.04, 0.95, 1, 1))
    ),
    "sixth shell as printed": lambda maps, p: replace(p, sixth_shell="printed"),
    "Rashba coupling": lambda maps, p: replace(p, rashba=5.0),
    "magnetic impurity, z": lambda maps, p: replace(p, impurity_kind="sz"),
    "magnetic impurity, x": lambda maps, p: replace(p, impurity_kind="sx"),
    "weaker Ising coupling": lambda maps, p: replace(p, spin_orbit=(10.0, 0.0)),
    "rows missing": lambda maps, p: np.where(ROWS % 16 == 5, np.nan, maps),
    "wider tip": lambda maps, p: through_tip(maps, 0.8),
    "set point of each energy": lambda maps, p: _own_set_point(maps),
}
"""What is made of maps, or of what they are computed from."""


def tried(args: argparse.Namespace) -> None:
    """The table of `--trial`."""
    energies = tuple(args.energies)
    print(f"{'trial':24}refused  right  in the set  wrong  confident and wrong  s")
    for name in args.trial:
        counted: Counter[str] = Counter()
        start = process_time()
        for index in range(args.samples):
            p, label, rng = draw(SETS[args.set], index, args.phi)
            made = TRIALS[name](maps_of(p, energies), p)
            if isinstance(made, Parameters):
                made = maps_of(made, energies)
            found = identify(noisy(made, args.noise[0], args.kind, rng), energies)
            if found.refused:
                counted["refused"] += 1
                continue
            best = max(found.probabilities, key=found.probabilities.__getitem__)
            counted["right" if best == label else "wrong"] += 1
            counted["held"] += bool(({"A1u"} if label == "A12u" else {label}) & set(found.set))
            counted["sure"] += best != label and found.probabilities[best] > CONFIDENT
        spent = (process_time() - start) / args.samples
        print(
            f"{name:24}{counted['refused']:7}{counted['right']:7}{counted['held']:12}"
            f"{counted['wrong']:7}{counted['sure']:21}{spent:5.1f}",
            flush=True,
        )


def recorded(args: argparse.Namespace) -> list[Record]:
    """Search samples without treatment: what is calibrated."""
    from gapworks.qpi.inference.hypothesis import Disc

    energies = tuple(args.energies)
    templates, rim = bank(energies), Disc(SIZE, 22.0, 27.7)
    known = np.ones((SIZE, SIZE), bool)
    records = []
    for index in range(args.samples):
        p, label, rng = draw(SETS[args.set], index, args.phi)
        level = args.noise[index // len(CLASSES) % len(args.noise)]
        maps = noisy(maps_of(p, energies), level, args.kind, rng)
        maps -= rim.of(maps).mean(1)[:, None, None]
        start = process_time()
        found, left, refused, _ = searched(maps, energies, rim.of(maps).std(1), known, templates)
        spent = process_time() - start
        records.append(Record(p, label, level, found, left, refused, spent))
    return records


def judged(records: list[Record], known: verdict.Calibration) -> dict[str, float | str]:
    """What a calibration makes of records: shares of them."""
    answered = [one for one in records if one.refused is None]
    right = held = sure = 0
    sizes, within = [], defaultdict(list)
    errors = defaultdict(list)
    for one in answered:
        probability = verdict.probabilities(verdict.log_evidences(one.found, one.left), known)
        best = max(probability, key=lambda name: probability[name])
        irreps = verdict.members(probability, known)
        right += best == one.label
        held += ("A1u" if one.label == "A12u" else one.label) in irreps
        sure += best != one.label and probability[best] > CONFIDENT
        sizes.append(len([name for name in irreps if name != "A1u"]))
        fit = fit_of(one)
        if best != one.label or fit is None:
            continue
        for name, ends in verdict.intervals(fit, one.left, known).items():
            if ends is not None:
                off = away(name, ends[0], one.truth[name])
                within[name].append(ends[1] - ends[0] <= off <= ends[2] - ends[0])
                errors[name].append(abs(off))
    count = max(len(answered), 1)
    row: dict[str, float | str] = {
        "samples": len(records),
        "answered": len(answered) / max(len(records), 1),
        "right": right / count,
        "covered": held / count,
        "confident and wrong": sure / count,
        "set": float(np.mean(sizes)) if sizes else 0.0,
        "seconds": float(np.mean([one.seconds for one in records])),
    }
    for name in within:
        row[f"{name} within"] = float(np.mean(within[name]))
        row[f"{name} median error"] = float(np.median(errors[name]))
    return row


def fit_of(record: Record):
    """The fit of the true class, or None."""
    fits = {verdict.class_of(fit): fit for fit in record.found.fits}
    return fits.get(record.label)


def away(name: str, value: float, truth: float) -> float:
    """Truth less value; an angle's modulo pi."""
    if name == "theta":
        return float((truth - value + np.pi / 2) % np.pi - np.pi / 2)
    return truth - value


def calibrated(records: list[Record]) -> verdict.Calibration:
    """The calibration that records ask for."""
    records = [one for one in records if one.refused is None]
    count = len(records)
    evidences = [verdict.log_evidences(one.found, one.left) for one in records]
    missed = sum(e[one.label] < -20 for e, one in zip(evidences, records, strict=True))
    known = replace(verdict.calibration(), floor=(missed + 1) / (count + 2), samples=count)

    def shares(temperature):
        trial = replace(known, temperature=temperature)
        return np.array(
            [
                verdict.probabilities(e, trial)[one.label]
                for e, one in zip(evidences, records, strict=True)
            ]
        )

    # Never sharper than half the evidence: where all are right nothing but the least is learned.
    temperatures = np.geomspace(2.0, 20.0, 25)
    best = min(temperatures, key=lambda t: -np.log(shares(t)).sum())
    sorted_shares = np.sort(shares(best))
    rank = int(np.floor(0.1 * (count + 1))) - 1
    # Nine in ten are held by less; but what is one in twenty belongs to a set.
    threshold = float(min(0.05, sorted_shares[max(rank, 0)]))
    known = replace(known, temperature=float(best), threshold=threshold)
    inflation = {}
    for name in known.inflation:
        for reach in np.geomspace(1.2, 30.0, 60):
            trial = replace(known, inflation={name: float(reach)})
            held = [
                ends[1] - ends[0] <= away(name, ends[0], one.truth[name]) <= ends[2] - ends[0]
                for one in records
                if (fit := fit_of(one)) is not None
                and (ends := verdict.intervals(fit, one.left, trial)[name]) is not None
            ]
            if sum(held) >= min(0.9 * (len(held) + 1), len(held)):
                break
        inflation[name] = round(float(reach), 3)
    return replace(known, inflation=inflation)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--set", choices=tuple(SETS), default="trial")
    parser.add_argument("--samples", type=int, default=100)
    parser.add_argument("--noise", type=float, nargs="+", default=[0.0, 0.1, 0.3, 0.5])
    parser.add_argument("--kind", choices=("white", "correlated", "pink"), default="white")
    parser.add_argument("--energies", type=float, nargs="+", default=[0.0, 1.0])
    parser.add_argument("--phi", action="store_true", help="complex mixtures of Eg and Eu, too")
    parser.add_argument("--trial", nargs="+", choices=tuple(TRIALS), help="first noise level only")
    parser.add_argument("--calibrate", action="store_true")
    args = parser.parse_args()
    if args.trial:
        tried(args)
        return
    records = recorded(args)
    known = verdict.calibration()
    if args.calibrate:
        known = calibrated(records)
        place = files("gapworks.qpi.inference").joinpath("calibration.json")
        place.write_text(json.dumps(asdict(known), indent=1) + "\n")
        print(known)
    for title, keys in (("noise", args.noise), ("class", CLASSES), ("all", ["all"])):
        for key in keys:
            chosen = [one for one in records if key in (one.level, one.label, "all")]
            if chosen:
                row = judged(chosen, known)
                said = "  ".join(f"{name} {value:.3g}" for name, value in row.items())
                print(f"{title} {key}: {said}")


if __name__ == "__main__":
    main()
