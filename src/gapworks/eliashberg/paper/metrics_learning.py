"""Numbers of networks beside the paper's: figures 3 to 8 and 11, and both tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from gapworks.eliashberg.evaluation.readings import (
    answered,
    latent,
    moment_difference,
    of_family,
    portions,
    relative_errors,
    trainings,
)
from gapworks.eliashberg.paper.measures import (
    crossing,
    difference,
    held,
    mean_ratio,
    median_of,
    median_ratio,
    minus,
    over,
    over_trainings,
    scored,
    unexplained,
)
from gapworks.eliashberg.physics.moments import MOMENTS
from gapworks.factory.evaluation_file import Evaluated
from gapworks.learning.intervals import Measured, exact, mean_of, share_of

Found = Mapping[str, Evaluated]
Made = dict[str, Measured | None]

TABLES_LATENT = (1, 2, 4, 8, 16, 32)
"""The d_L of Tables I and II; ours goes on to 64."""


def supervised(found: Found) -> Made:
    """Of networks on solved data."""
    made: Made = {}
    for name, label in (
        ("simple-sl-simple-gap", "simple"),
        ("simple-sl-simple-gap-few", "simple_few"),
        ("simple-sl-simple-dos", "simple_dos"),
        ("complex-sl-complex-gap", "complex"),
        ("complex-sl-complex-gap-few", "complex_few"),
        ("complex-sl-complex-gapz", "complex_gapz"),
        ("complex-sl-complex-dos", "complex_dos"),
        ("complex-reversed-complex-gap", "reversed"),
        ("complex_mu_star-sl-complex_mu_star-gap", "mu_star"),
    ):
        made |= _pushed(found.get(name), label, gives_a2f=label != "reversed")
    plain, few = found.get("complex-sl-complex-gap"), found.get("complex-sl-complex-gap-few")
    for label in ("complex_gapz", "complex_dos", "mu_star"):
        one = made[f"{label}_r2"]
        made[f"{label}_r2_difference"] = one and minus(one, made["complex_r2"])
    # Both factors over the same samples, sample by sample.
    made["complex_error_over_gap_residual"] = plain and median_of(
        (plain["a2f_error"] / plain["gap_residual"])[answered(plain)]
    )
    made["supervised_inputs"] = plain and exact(plain.attributes["architecture"]["inputs"])
    made["few_inputs"] = few and exact(few.attributes["architecture"]["inputs"])
    return made


def _pushed(data: Evaluated | None, label: str, gives_a2f: bool) -> Made:
    """Scores of a network, and its predictions pushed through the equations."""
    of_a2f = ("gap_residual", "gap_pcc", "coupling_error", "omega_log_error", "clipped", "answered")
    names = ("r2", "error", *(of_a2f if gives_a2f else ()))
    if data is None:
        return {f"{label}_{name}": None for name in names}
    made = {"r2": scored(data, "r2"), "error": scored(data, "relative_error")}
    if gives_a2f:
        kept = answered(data)
        made |= {name: median_of(data[name][kept]) for name in ("gap_residual", "gap_pcc")}
        for one in ("coupling", "omega_log"):
            made[f"{one}_error"] = median_of(relative_errors(data, one))
        made["clipped"] = mean_of(data["clipped"])
        made["answered"] = share_of(kept.sum(), len(kept))
    return {f"{label}_{name}": one for name, one in made.items()}


def autoencoders(found: Found) -> Made:
    """What autoencoders reconstruct, whether their pairs satisfy the equations, what they cover."""
    made: Made = {}
    for label, family, fields in (
        ("joint", "ae-joint-gap", ("gap", "a2f")),
        ("joint", "ae-joint-dos", ("dos",)),
        ("equal", "ae-equal-gap", ("gap", "a2f")),
        ("equal", "ae-equal-finedos", ("finedos",)),
    ):
        for d in (1, 2, 16, 24, 32):
            several = trainings(found.values(), family, d).values()
            for name in fields:
                made[f"{label}_{name}_r2_{d}"] = over_trainings(
                    [held(one, name) for one in several]
                )
    for label, family in (("", "ae-joint-gap"), ("_equal", "ae-equal-gap")):
        every = of_family(found.values(), family)
        as_gap = made[f"{'equal' if label else 'joint'}_gap_r2_2"]
        left = [_left(held(one, "a2f")) for one in every]
        tried = np.array([latent(one) for one in every])
        made[f"required_a2f{label}_as_gap"] = as_gap and crossing(tried, left, _left(as_gap))
    pairs = {d: _pair(found, d) for d in TABLES_LATENT}
    known = [one for one in pairs.values() if one is not None]
    made["pair_residual_largest"] = max(known, default=None, key=lambda one: one.value)
    made |= {f"pair_residual_{d}": one for d, one in pairs.items()}
    covered = {}
    for d in TABLES_LATENT:
        several = list(trainings(found.values(), "ae-joint-gap", d).values())
        made[f"portion_{d}"] = covered[d] = _portion(several, 0)
        made[f"portion_99_{d}"] = _portion(several, 1)
    least = [one for d, one in covered.items() if d >= 2 and one is not None]
    made["portion_smallest"] = min(least, default=None, key=lambda one: one.value)
    return made


def _left(r2: Measured) -> Measured:
    return Measured(1 - r2.value, r2.error, r2.samples)


def _pair(found: Found, d: int) -> Measured | None:
    """Median distance of an autoencoder's gap function from that which its own a2F has."""
    several = trainings(found.values(), "ae-joint-gap", d).values()
    kept = [one["pair_residual"][one["pair_superconducts"] == 1] for one in several]
    return over_trainings([median_of(one) for one in kept])


def _portion(several: list[Evaluated], which: int) -> Measured | None:
    """Portion of Table II: 0 with the largest of the nearest distances, 1 with their quantile."""
    counted = [(portions(one)[which], len(one["own_nearest"])) for one in several]
    return over_trainings([share_of(share * n, n) for share, n in counted])


def generated(found: Found) -> Made:
    """Networks on data that autoencoders made."""
    made: Made = {}
    losses, relative, apart = {}, {}, {}
    for d in TABLES_LATENT:
        joint = trainings(found.values(), "sl-joint-gap", d)
        separate = trainings(found.values(), "sl-separate-gap", d)
        several = list(joint.values())
        losses[d] = over_trainings([scored(one, "mse") for one in several])
        relative[d] = over_trainings([unexplained(one) for one in several])
        # One training of each says nothing: their losses differ by more than what is asked.
        ratios = [
            over(unexplained(separate[r]), unexplained(joint[r])) for r in joint if r in separate
        ]
        apart[d] = over_trainings(ratios) if len(ratios) > 1 else None
        made |= {
            f"loss_{d}": losses[d],
            f"loss_relative_{d}": relative[d],
            f"separate_over_joint_{d}": apart[d],
            f"gap_difference_{d}": over_trainings([difference(one, "gap") for one in several]),
            f"a2f_difference_{d}": over_trainings([difference(one, "a2f") for one in several]),
            f"answered_{d}": over_trainings(
                [share_of(answered(one).sum(), len(one["pushed"])) for one in several]
            ),
            f"many_to_one_{d}": over_trainings([_many_to_one(one, mean_ratio) for one in several]),
            f"many_to_one_medians_{d}": over_trainings(
                [_many_to_one(one, median_ratio) for one in several]
            ),
        }
    for d in TABLES_LATENT[:-1]:
        both = losses[d], losses[TABLES_LATENT[-1]]
        made[f"loss_ratio_{d}"] = over(*both) if None not in both else None
    known = [d for d in TABLES_LATENT if losses[d] is not None]
    repeated = [d for d in known if len(trainings(found.values(), "sl-joint-gap", d)) > 1]
    steps = [over(losses[b], losses[a]) for a, b in zip(repeated, repeated[1:], strict=False)]
    made["loss_rises"] = _least(steps)
    made["separate_over_joint"] = over_trainings([one for one in apart.values() if one is not None])
    for label in ("many_to_one", "many_to_one_medians"):
        made[label] = _least([made[f"{label}_{d}"] for d in TABLES_LATENT[1:]])
    made |= _moments(found)
    for source in ("gap", "dos"):
        chosen = found.get(f"complex-sl-joint-{source}-chosen")
        made[f"chosen_{source}_r2"] = chosen and scored(chosen, "r2")
        for name in ("gap_residual", "a2f_error"):
            made[f"chosen_{source}_{name}"] = chosen and median_of(chosen[name][answered(chosen)])
    return made


def _many_to_one(data: Evaluated, ratio: Callable[..., Measured]) -> Measured | None:
    """Delta_f over Delta_g, of means or medians over predictions that superconduct."""
    kept = answered(data)
    return ratio(1 - data["a2f_pcc"][kept], 1 - data["gap_pcc"][kept]) if kept.any() else None


def _least(several: list[Measured | None]) -> Measured | None:
    known = [one for one in several if one is not None]
    return min(known, default=None, key=lambda one: one.value)


def _moments(found: Found) -> Made:
    """Offsets of the moments of predicted spectra (Fig. 11), the largest over d_L and moments."""
    means, ratios = [], []
    for d in TABLES_LATENT:
        several = trainings(found.values(), "sl-joint-gap", d).values()
        for p in MOMENTS:
            of_each = [mean_of(moment_difference(one, p)) for one in several]
            spread = [moment_difference(one, p).std() for one in several]
            if of_each:
                mean = over_trainings(of_each)
                means.append(mean._replace(value=abs(mean.value)))
                ratios.append(over(means[-1], exact(float(np.median(spread)))))
    plain = found.get("complex-sl-complex-gap")
    made: Made = {
        "moment_offset_largest": max(means, default=None, key=lambda one: one.value),
        "moment_offset_over_std": max(ratios, default=None, key=lambda one: one.value),
        "plain_moment_offset": None,
    }
    if plain is not None:
        offsets = [mean_of(moment_difference(plain, p)) for p in MOMENTS]
        made["plain_moment_offset"] = max(
            (one._replace(value=abs(one.value)) for one in offsets), key=lambda one: one.value
        )
    return made
