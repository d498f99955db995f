"""What is said of a target that no rule makes: what there is instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gapworks.config import ScaleConfig
from gapworks.plan import SUFFIXES, Plan
from gapworks.study import STUDIES

KINDS = ("shards", "data", "models", "tables", "figures")
LAYOUT = "a file is results/<scale>/<study>/<kind>/<name>, and a study alone is a target, too"


def why_no_rule(target: str, scales: Mapping[str, ScaleConfig]) -> str | None:
    """Why nothing makes a target, naming what there is instead; None if that is not known.

    Parameters
    ----------
    target : str
        A path.
    scales : mapping of str to ScaleConfig
        Those of config.yaml.
    """
    parts = Path(target).parts
    if parts[0] != "results" or len(parts) < 4:
        return f"{LAYOUT}; studies: {', '.join(STUDIES)}"
    _, scale, study, kind, *rest = parts
    if scale not in scales:
        return f"there is no scale {scale!r} in config.yaml; scales: {', '.join(scales)}"
    if study not in STUDIES:
        return f"there is no study {study!r}; studies: {', '.join(STUDIES)}"
    if kind not in KINDS:
        return f"{study} has no {kind}; it has {', '.join(KINDS)}"
    try:
        return _why_no_file(Plan(scale, scales[scale], study), kind, rest)
    except ValueError as error:  # an unknown name
        return str(error)


def _why_no_file(plan: Plan, kind: str, parts: list[str]) -> str | None:
    name, _, suffix = parts[-1].rpartition(".") if parts else ("", "", "")
    if kind in SUFFIXES:
        known = [*plan.study.exhibits(kind), *(plan.claims() if kind == "tables" else [])]
        if len(parts) != 1 or name not in known:
            what = kind.removesuffix("s")
            return f"{plan.name} has no {what} {name or suffix}; it has {', '.join(known)}"
        if suffix not in SUFFIXES[kind]:
            return f"{kind} are made as {' and '.join(f'.{known}' for known in SUFFIXES[kind])}"
    elif kind == "models":
        plan.training(name)
        if suffix not in ("safetensors", "json"):
            return "networks are made as .safetensors, with a card (.json) beside them"
    elif kind == "data" and parts[:1] == ["evaluation"]:
        every = plan.study.evaluations_of(plan.scale, named=True)
        if name not in every:
            return f"{plan.name} has no evaluation {name}; it has {', '.join(every)}"
    elif kind == "shards" or name not in ("", "metrics", "metrics-timing"):
        dataset = parts[0] if kind == "shards" and parts else name
        plan.samples(dataset)
        form = r"[a-z_]+/\d+-\d+\.h5" if kind == "shards" else r"[a-z_]+\.h5"
        if not re.fullmatch(form, "/".join(parts)):
            named = "<dataset>/<first>-<last>" if kind == "shards" else "<dataset>"
            return f"{kind} are {named}.h5"
    return None
