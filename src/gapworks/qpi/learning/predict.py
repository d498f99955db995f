"""Pairing symmetry and parameters of a person's own LDOS maps, from trained networks."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gapworks.factory.errors import DataError
from gapworks.learning.answers import Answer
from gapworks.learning.library import open_network
from gapworks.qpi.config import CLASSES
from gapworks.qpi.learning.maps import on_torus, within_disc
from gapworks.qpi.learning.own_maps import read_maps
from gapworks.qpi.learning.trained import Answers, Network

FORMATS = (".json", ".csv")


def answer(network: Path, source: Path, target: Path, force: bool) -> Answer:
    """Classes and parameters of a stack of maps.

    Parameters
    ----------
    network : Path
        Weights of a model package.
    source : Path
        Change of the LDOS by one impurity, in any unit, on the lattice's cells around it: .npy of
        shape (n, energies, size, size) or (energies, size, size), rows along a1 and columns along
        a2; the energies those of the network. The impurity is looked for, and a constant and a
        slope are taken off. Noise is in it already.
    target : Path
        .json, or .csv with one map a row: class, probabilities, theta (rad), delta, eps0 (meV), the
        classes of the 90 % set, notes, and why a map is refused, which has no answer.
    force : bool
        Answer maps that are refused.

    Returns
    -------
    Answer
        Refused as a whole if every map is, which then looks like none of the training.

    Raises
    ------
    DataError
        If a file cannot be read, or the maps do not fit the network.
    """
    loaded = open_network(Network, network)
    if loaded.of_images:
        raise DataError(
            f"{network}: is shown images of eq. 12 on a grid, of one impurity in one unit, not "
            "maps of the LDOS; take a network of maps: small-converged or another"
        )
    energies = loaded.settings.condition.energies
    window = loaded.card["training_data"]["physics"]["window"]
    maps = read_maps(source, energies, window, loaded.view.pixels)
    treated, refused = loaded.judge(maps)
    if all(refused) and not force:
        return Answer("no map is answered", {}, refusals=list(dict.fromkeys(refused)))
    shown = np.stack([one.maps for one in treated]).astype(np.float32)
    answers = loaded.answer(within_disc(on_torus(torch.from_numpy(shown)), loaded.view))
    rows = [
        _row(answers, number, one.notes, reason, answered=force or reason is None)
        for number, (one, reason) in enumerate(zip(treated, refused, strict=True))
    ]
    notes = [
        f"map {number}: {line}"
        for number, row in enumerate(rows, 1)
        for line in (row["notes"], row["refused"] and f"refused: {row['refused']}")
        if line
    ]
    at = ", ".join(f"{energy:g}" for energy in energies)
    return Answer(
        said=f"{_summary(rows)}; maps read as those at {at} meV",
        files={target: _as_text(rows, target.suffix).encode()},
        notes=notes,
    )


def _row(
    answers: Answers, number: int, notes: Sequence[str], refused: str | None, answered: bool
) -> dict[str, Any]:
    """One map's answer as it is written; none where it is refused."""
    label = CLASSES[answers.label[number]]
    probability = dict(zip(CLASSES, map(float, answers.probability[number]), strict=True))
    values = {name: float(getattr(answers, name)[number]) for name in ("theta", "delta", "eps0")}
    if label == "A12u":
        values["theta"] = None
    row: dict[str, Any] = {"class": label, **probability, **values}
    if answers.members is not None:
        row["set"] = _in_words(answers.members[number], answers.probability[number])
    if not answered:
        row = dict.fromkeys(row)
    return row | {"notes": "; ".join(notes) or None, "refused": refused}


def _in_words(members: np.ndarray, probability: np.ndarray) -> str:
    """Classes of a set, the likeliest first."""
    order = np.argsort(-probability, kind="stable")
    return " or ".join(CLASSES[k] for k in order if members[k])


def _summary(rows: Sequence[dict[str, Any]]) -> str:
    """What was answered, in a line."""
    found = Counter(row["class"] or "refused" for row in rows)
    if len(rows) == 1:
        row = rows[0]
        angle = "" if row["theta"] is None else f", theta {row['theta']:.3g} rad"
        held = f"; 90 % set: {row['set']}" if "set" in row else ""
        return (
            f"{row['class']} (p {row[row['class']]:.2f}{held}){angle}, "
            f"Delta {row['delta']:.3g} meV, eps0 {row['eps0']:.3g} meV"
        )
    return f"{len(rows)} maps: " + ", ".join(f"{count} {name}" for name, count in found.items())


def _as_text(rows: Sequence[dict[str, Any]], suffix: str) -> str:
    if suffix == ".json":
        return json.dumps(rows, indent=1) + "\n"
    import pandas as pd

    content = io.StringIO()
    pd.DataFrame(rows).to_csv(content, index=False, float_format="%.6g")
    return content.getvalue()
