"""Evaluations of the eliashberg study with known content: no two names, arrays or rows are alike.

They hold the arrays that real evaluations hold, by the evaluations' own declarations, a few numbers
long; every number is drawn from a stream of its evaluation's and its array's name.
"""

from __future__ import annotations

import copy
import hashlib
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np

from gapworks.config import load
from gapworks.eliashberg.evaluation import (
    autoencoder,
    bases,
    dimensions,
    errors,
    intervals,
    inversion,
    modes,
    noise,
    pade,
    statements,
    statistics,
    supervised,
)
from gapworks.eliashberg.evaluation.readings import FIELDS, INFERRED, MEASURED
from gapworks.eliashberg.names import NetworkName
from gapworks.factory.container import Variable
from gapworks.factory.evaluation_file import Evaluated
from gapworks.plan import Plan
from tests.support.config import raw_config

LATENT = (1, 2, 3, 4, 8)
"""d_L; Fig. 6 shows all but 3."""
NEURONS, SEEDS = (4, 6), 3
"""Of the networks of appendix B."""

Kind = tuple[Mapping[str, Variable], dict[str, int], dict[str, np.ndarray]]

_SIZES = {"a2f": 5, "gap": 12, "dos": 6, "gapz": 24, "finedos": 24}
_LENGTHS = {
    **{"omega": 5, "energy": 6, "gap_number": 12, "measure": 4, "component": 8},
    **{"row": 7, "example": 3, "pushed": 9, "near": 8, "checked": 4, "split": 3, "epoch": 4},
    **{"tolerance": 3, "level": 3, "threshold": 2, "said": 3},
}
"""Of the dimensions that are as long in every evaluation."""
_COORDINATES = {
    "tolerance": np.array([0.01, 0.1, 0.5]),
    "level": np.array([0, 1e-3, 1e-2]),
    "component": np.arange(1, 9),
    "epoch": np.arange(1, 5),
    "latent": np.array(LATENT),
    "threshold": np.array([0.9, 0.98]),
}
DECISIONS: dict[str, dict[str, int]] = {
    "gap": {"required_a2f": 0, "required_input": 2, "reduce": 1, "chosen": 2},
    "dos": {"required_a2f": 4, "required_input": 8, "reduce": 0, "chosen": 8},
    "equal-gap": {"required_a2f": 8, "required_input": 3, "reduce": 1, "chosen": 3},
    "equal-finedos": {"required_a2f": 0, "required_input": 0, "reduce": 0, "chosen": 8},
}
"""What the evaluations of the latent dimension say: 0 is a dimension that none reached."""
PASSED = {"simple": [2, 4, 7], "complex": [1, 3, 5]}
"""Samples of seven that pass the paper's test, for each tolerance."""
NORMAL = 2
"""Predictions of nine that do not superconduct."""
REQUIRED = {"a2f": [4, 0], "gap": [1, 2], "dos": [2, 8], "finedos": [1, 0]}
"""Dimensions for two thresholds, 0 where there is none."""
GOOD = 0.6
"""R^2 that only the last of Fig. 1's networks before an autoencoder, from the DOS, reaches."""


@cache
def planned(latent: tuple[int, ...] = LATENT, seeds: int = SEEDS) -> Plan:
    """The plan of a scale that has more networks than one of each kind."""
    raw = copy.deepcopy(raw_config())
    networks = raw["scales"]["smoke"]["eliashberg"]["networks"]
    networks["autoencoder"]["latent"] = list(latent)
    networks["bases"] = {"neurons": list(NEURONS), "seeds": seeds, "training": {"epochs": 2}}
    return Plan("smoke", load(raw)[1]["smoke"], "eliashberg")


def step(name: str) -> str:
    """The module that makes an evaluation of this name."""
    return planned().module(name).rpartition(".")[2]


def values(name: str, array: str, shape: Sequence[int] = ()) -> np.ndarray:
    """Numbers between 0.1 and 0.9 that stand in this array of this evaluation and nowhere else."""
    stream = np.random.default_rng(zlib.crc32(f"{name}:{array}".encode()))
    return 0.1 + 0.8 * stream.random(tuple(shape))


@cache
def evaluated(name: str) -> Evaluated:
    """An evaluation, by the name of its file."""
    dataset, _, method = name.partition("-")
    said: dict[str, Any] = {"study": "eliashberg", "dataset": dataset, "method": method}
    declared, lengths, own = _KINDS[step(name)](name, said)
    return Evaluated(said, _arrays(name, declared, _LENGTHS | lengths) | own)


# Each says what arrays are declared, how long their other dimensions are, and which arrays have
# another content; into `said` go more attributes.
def _supervised(name: str, said: dict[str, Any]) -> Kind:
    """Networks that give no a2F are not pushed through the equations."""
    gives = "gap" if said["method"].startswith("reversed") else "a2f"
    said |= _layers(name, ("inputs", "outputs"))
    network = NetworkName.parse(said["method"])
    if network.kind == "generated":
        chosen = DECISIONS[network.field]["chosen"]
        said["latent"] = chosen if network.latent == "chosen" else network.latent
    declared = errors.VARIABLES | supervised.EXAMPLES
    if gives == "a2f":
        declared |= supervised.PUSHED | supervised.SOLVED_EXAMPLES
    pushed = np.arange(_LENGTHS["pushed"])
    own = {"superconducts": pushed >= NORMAL, "solved": pushed >= 0} if gives == "a2f" else {}
    return declared, {"target": _SIZES[gives]}, {n: v.astype("uint8") for n, v in own.items()}


def _autoencoder(name: str, said: dict[str, Any]) -> Kind:
    """Only a2F and gap function together make a pair that the equations judge."""
    name_read = NetworkName.parse(said["method"])
    fields, latent = name_read.holds, name_read.latent
    sizes = [_SIZES[one] for one in fields]
    said |= {"latent": latent, **_layers(name, ("inputs",))}
    said["architecture"]["latent"] = latent
    left_out = {"near"} if len(fields) == 1 else set()
    left_out |= {"pushed"} if fields != ["a2f", "gap"] else set()
    pairs = {"pair_superconducts": np.arange(_LENGTHS["pushed"]) >= NORMAL}
    own = {
        "field": np.array([list(FIELDS).index(one) for one in fields]),
        "numbers": np.array(sizes),
        **{name: one.astype("uint8") for name, one in pairs.items() if "pushed" not in left_out},
    }
    return (
        {n: v for n, v in autoencoder.VARIABLES.items() if v.dimensions[0] not in left_out},
        {"field": len(fields), "number": sum(sizes)},
        own,
    )


def _layers(name: str, ends: Sequence[str]) -> dict[str, Any]:
    """Widths of layers that no other network has, as a card says them."""
    widths = [int(one) for one in 1000 * values(name, "layers", (5,))]
    architecture = dict(zip(ends, widths, strict=False)) | {"hidden": widths[2:4]}
    said = {"architecture": architecture, "parameters": 1000 * widths[4] + 7}
    return said | {"weights_sha256": hashlib.sha256(name.encode()).hexdigest()}


def _bases(name: str, said: dict[str, Any]) -> Kind:
    """One neuron more is dead in every training of a network; NaN where there is none."""
    networks = [(size, training) for size in NEURONS for training in range(1, SEEDS + 1)]
    shape = (len(networks), max(NEURONS))
    activity = values(name, "activity", shape)
    basis = values(name, "basis", (*shape, _LENGTHS["omega"]))
    for row, (size, training) in enumerate(networks):
        activity[row, : training - 1] = 0
        activity[row, size:] = basis[row, size:] = np.nan
    neurons, repeat = np.array(networks).T
    own = {"neurons": neurons, "repeat": repeat, "activity": activity, "basis": basis}
    return bases.VARIABLES, {"network": shape[0], "neuron": shape[1]}, own


def _noise(name: str, said: dict[str, Any]) -> Kind:
    bounds = {"trained_low": np.array([0, 1e-3]), "trained_high": np.array([0, 3e-2])}
    said["networks"] = ["sl-complex-gap", "sl-complex-noisy-gap"]
    return noise.VARIABLES, {"network": 2}, bounds


def _intervals(name: str, said: dict[str, Any]) -> Kind:
    """Of seven samples the first ones are refused, and in the intervals of lambda and omega_log."""
    refused = np.arange(7) < np.array([[1], [2], [4]])
    inside = np.arange(7) < np.array([[[3], [6]], [[4], [7]], [[2], [5]]])
    flags = {"refused": refused, "coupling_inside": inside, "omega_log_inside": ~inside}
    own = {array: flag.astype("uint8") for array, flag in flags.items()}
    return intervals.VARIABLES, {"share": 2}, own | {"share": np.array([0.68, 0.95])}


LOUDER = np.array([1e-3, 1e-2, 1e-1])
"""Noise that the equations were tried at."""


def _inversion(name: str, said: dict[str, Any]) -> Kind:
    """Of seven samples all but the last were answered."""
    said["network"] = "sl-complex-noisy-gap"
    answered = np.tile(np.arange(7) < 6, (3, 1)).astype("uint8")
    return inversion.VARIABLES, {"number": len(INFERRED)}, {"level": LOUDER, "answered": answered}


def _modes(name: str, said: dict[str, Any]) -> Kind:
    """Counts that fall with the noise and from kind to kind."""
    said |= {"kinds": list(MEASURED), "coefficients": 111}
    drawn = values(name, "modes", (len(MEASURED), 3, 7))
    counts = np.round(20 * drawn) + 40 * np.arange(3)[::-1, None, None]
    own = {"level": LOUDER, "modes": counts.astype("int32")}
    return modes.VARIABLES, {"kind": len(MEASURED)}, own


def _dimensions(name: str, said: dict[str, Any]) -> Kind:
    which = said["method"].partition("-")[2]
    source = which.removeprefix("equal-")
    flow = {"good": GOOD, "gap": 0.98, "dos": 0.97, "a2f": 0.96}
    said |= {"input": source, "settings": {"flow": flow}, **DECISIONS[which]}
    declared = {n: v for n, v in dimensions.VARIABLES.items() if n.endswith(("a2f", source))}
    own = {f"required_{field}": np.array(REQUIRED[field]) for field in ("a2f", source)}
    return declared, {"latent": len(LATENT)}, own


def _pade(name: str, said: dict[str, Any]) -> Kind:
    """Of seven samples as many pass as `PASSED` says for each tolerance."""
    passed = np.arange(7)[:, None] < PASSED[said["dataset"]]
    return pade.VARIABLES, {}, {"passed": passed.astype("uint8")}


_KINDS: dict[str, Callable[[str, dict[str, Any]], Kind]] = {
    "supervised": _supervised,
    "autoencoder": _autoencoder,
    "bases": _bases,
    "noise": _noise,
    "intervals": _intervals,
    "inversion": _inversion,
    "modes": _modes,
    "dimensions": _dimensions,
    "pade": _pade,
    "statements": lambda name, said: (statements.VARIABLES, {}, {}),
    "statistics": lambda name, said: (statistics.VARIABLES, {"field": len(FIELDS)}, {}),
}


def _arrays(
    name: str, declared: Mapping[str, Variable], lengths: Mapping[str, int]
) -> dict[str, np.ndarray]:
    """All arrays that are declared, and the coordinates of their dimensions."""
    made = {
        array: values(name, array, [lengths[one] for one in variable.dimensions])
        for array, variable in declared.items()
    }
    for one in {one for variable in declared.values() for one in variable.dimensions}:
        if one in ("omega", "energy"):
            made[one] = np.cumsum(values(name, one, [lengths[one]]))
        elif one in ("row", "example", "pushed", "near", "checked"):
            made[one] = np.cumsum(100 * values(name, one, [lengths[one]])).astype(int)
        else:
            made[one] = _COORDINATES.get(one, np.arange(lengths[one]))
    return made
