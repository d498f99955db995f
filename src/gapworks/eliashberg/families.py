"""Families of evaluations, by name: what the figures and tables are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from gapworks.eliashberg.names import INPUTS, seeded
from gapworks.study import Scale

KINDS = ("simple", "complex")
"""The solved data sets."""

CHOICES = [f"complex-dimensions-{one}" for one in (*INPUTS, "equal-gap", "equal-finedos")]
"""Evaluations of the required dimensions."""

PLAIN = "complex-sl-complex-gap"
"""Evaluation of the paper's supervised network on the complex data."""

ENSEMBLE = "complex-ensemble-complex-gap"
"""Evaluation of the ensemble whose answers have intervals."""


def dimensions(scale: Scale) -> list[int]:
    """The latent dimensions d_L that are tried."""
    return scale.config.networks.autoencoder.latent


def autoencoders(scale: Scale, family: str) -> list[str]:
    """Evaluations of the autoencoders of a family, by d_L."""
    return [f"complex-{family}-{d}" for d in dimensions(scale)]


def on_generated(scale: Scale, transform: str, source: str) -> list[str]:
    """Evaluations of the networks that were trained on generated data, by d_L."""
    return [f"complex-sl-{transform}-{source}-{d}" for d in dimensions(scale)]


def of_both(what: str) -> list[str]:
    """Evaluations of one kind of both solved data sets."""
    return [f"{kind}-{what}" for kind in KINDS]


def again(scale: Scale, *families: str) -> list[str]:
    """Evaluations of further trainings of some families of networks, by d_L and training."""
    settings = scale.config.networks.autoencoder
    return [
        f"complex-{family}-{d}{seeded(repeat)}"
        for family in families
        for d in dimensions(scale)
        for repeat in settings.repeats(d)[1:]
    ]


def flow(scale: Scale) -> dict[str, str | list[str]]:
    """What the flow chart's decisions were made of."""
    return {
        "simple": "simple-sl-simple-gap",
        "plain": [f"complex-sl-complex-{one}" for one in INPUTS],
        "choices": [f"complex-dimensions-{one}" for one in INPUTS],
        "chosen": [f"complex-sl-joint-{one}-chosen" for one in INPUTS],
    }


def asked(scale: Scale, condition: str) -> bool:
    """Whether a scale makes a condition with all others."""
    return condition in scale.config.conditions


def reconstructed(scale: Scale) -> dict[str, list[str]]:
    """All autoencoders."""
    joint = ("ae-joint-gap", "ae-joint-dos", "ae-equal-gap", "ae-equal-finedos")
    families = (*joint, "ae-a2f", "ae-gap", "ae-dos")
    return {"autoencoders": [one for name in families for one in autoencoders(scale, name)]}


def learned(scale: Scale) -> dict[str, list[str]]:
    """All supervised networks but those of appendix B."""
    transforms = (("joint", "gap"), ("joint", "dos"), ("separate", "gap"))
    return {
        "networks": [
            *(f"{kind}-sl-{kind}-{source}" for kind in KINDS for source in INPUTS),
            *(f"{kind}-sl-{kind}-gap-few" for kind in KINDS),
            "complex-sl-complex-gapz",
            *(("complex_mu_star-sl-complex_mu_star-gap",) if asked(scale, "mu_star") else ()),
            "complex-reversed-complex-gap",
            *(name for one in transforms for name in on_generated(scale, *one)),
            *(f"complex-sl-joint-{source}-chosen" for source in INPUTS),
        ]
    }


def covered(scale: Scale) -> dict[str, list[str]]:
    """Autoencoders of a2F and gap function together, and the networks trained on their data."""
    return {
        "autoencoders": autoencoders(scale, "ae-joint-gap"),
        "networks": on_generated(scale, "joint", "gap"),
    }


def repeated(scale: Scale) -> dict[str, list[str]]:
    """The same with further trainings, and those of functions that were transformed apart."""
    apart = on_generated(scale, "separate", "gap")
    return {
        "autoencoders": [*covered(scale)["autoencoders"], *again(scale, "ae-joint-gap")],
        "networks": [
            *covered(scale)["networks"],
            *apart,
            *again(scale, "sl-joint-gap", "sl-separate-gap"),
        ],
    }


def printed_name(name: str) -> str:
    """The same evaluation of data that were solved the paper's way."""
    return re.sub(r"simple|complex|(?<=ae-|sl-)(?=joint)", _as_printed, name)


def _as_printed(found: re.Match[str]) -> str:
    return f"{found[0]}_as_printed" if found[0] else "complex_as_printed-"


def printed(given: Mapping[str, str | Sequence[str]]) -> dict[str, str | list[str]]:
    """What an exhibit is made of, of data that were solved the paper's way."""
    return {
        key: printed_name(one) if isinstance(one, str) else [printed_name(name) for name in one]
        for key, one in given.items()
    }


def both_ways(scale: Scale) -> dict[str, list[str]]:
    """What figures 3 to 8 and both tables are made of, solved exactly and the paper's way."""
    exact = {
        "datasets": of_both("data"),
        "networks": [
            *(f"{kind}-sl-{kind}-gap" for kind in KINDS),
            *on_generated(scale, "joint", "gap"),
        ],
        "autoencoders": autoencoders(scale, "ae-joint-gap"),
    }
    return {key: [*names, *map(printed_name, names)] for key, names in exact.items()}
