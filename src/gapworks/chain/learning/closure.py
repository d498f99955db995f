"""The filling closed by a surrogate: the mu of each ring at which its mean density is right."""

from __future__ import annotations

import torch


@torch.no_grad()
def close_filling(
    model: torch.nn.Module,
    V: torch.Tensor,
    filling: float,
    lowest: float,
    highest: float,
    tolerance: float = 1e-6,
) -> torch.Tensor:
    """The mu of each ring at which a surrogate's mean density is the filling, shape (n,).

    Regula falsi with halving (Illinois): the density rises with mu, and the bracket is kept.
    Where the range of mu does not bracket the filling its nearer end is returned.

    Parameters
    ----------
    model : Module
        The surrogate: V - mu, shape (n, L), to Delta and n_i, shape (n, 2, L).
    V : Tensor, shape (n, L)
        Units of t.
    filling : float
        Electrons per site.
    lowest, highest : float
        Range of mu, units of t: that of the training data, widened.
    tolerance : float
        Largest error of the mean density.
    """

    def excess(mu: torch.Tensor, V: torch.Tensor = V) -> torch.Tensor:
        return model(V - mu[:, None])[:, 1].mean(dim=-1) - filling

    low, high = (torch.full_like(V[:, 0], end) for end in (lowest, highest))
    below, above = excess(low), excess(high)
    mu = torch.where(below > 0, low, high)
    open_ = (below < 0) & (above > 0)
    side = torch.zeros_like(mu)
    for _ in range(40):
        trial = (low * above - high * below) / (above - below)
        mu = torch.where(open_, trial, mu)
        error = torch.zeros_like(mu)
        # Rings that are done cost nothing more: a few take far longer than the others.
        error[open_] = excess(mu[open_], V[open_])
        open_ = open_ & (error.abs() > tolerance)
        if not open_.any():
            break
        under = error < 0
        # The end that stays put twice counts half: otherwise it may stay for ever.
        above = torch.where(under & (side < 0), above / 2, above)
        below = torch.where(~under & (side > 0), below / 2, below)
        low, below = torch.where(under, mu, low), torch.where(under, error, below)
        high, above = torch.where(under, high, mu), torch.where(under, above, error)
        side = torch.where(under, -torch.ones_like(mu), torch.ones_like(mu))
    return mu


@torch.no_grad()
def polish_filling(
    model: torch.nn.Module,
    V: torch.Tensor,
    filling: float,
    mu: torch.Tensor,
    tolerance: float = 1e-13,
) -> torch.Tensor:
    """`close_filling` carried on in double precision, by secants, shape (n,).

    What it comes to does not depend on where it starts, but for the tolerance.

    Parameters
    ----------
    model : Module
        The surrogate in double precision.
    V : Tensor, shape (n, L)
        Units of t, double precision.
    filling : float
        Electrons per site.
    mu : Tensor, shape (n,)
        Nearly right, units of t.
    tolerance : float
        Largest error of the mean density.
    """

    def excess(mu: torch.Tensor) -> torch.Tensor:
        return model(V - mu[:, None])[:, 1].mean(dim=-1) - filling

    before = mu + 1e-5
    missed, error = excess(before), excess(mu)
    for _ in range(8):
        if (error.abs() <= tolerance).all():
            break
        slope = (error - missed) / (mu - before)
        # A ring that is done, or whose density is flat, stays.
        step = torch.where((error.abs() > tolerance) & (slope > 0), -error / slope, 0.0)
        before = torch.where(step != 0, mu, before)
        missed = torch.where(step != 0, error, missed)
        mu = mu + step
        error = excess(mu)
    return mu


def reflected(model: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    """Mean of a prediction and of the mirrored ring's: the equations know no left and right."""
    return 0.5 * (model(x) + model(x.flip(-1)).flip(-1))
