"""Delta by a network along rings, with the band about it, as a figure."""

from __future__ import annotations

import io

import matplotlib.pyplot as plt
import numpy as np

from gapworks.plotting.style import CURVES, PAGE, house_style


def drawn(V: np.ndarray, delta: np.ndarray, half_width: np.ndarray | None, suffix: str) -> bytes:
    """V and Delta of the first six rings that have an answer.

    Parameters
    ----------
    V, delta : ndarray, shape (R, L)
        Units of t; Delta is NaN in rings without an answer.
    half_width : ndarray, shape (R,) or None
        Of the band of each ring, units of t; NaN where there is none.
    suffix : {".pdf", ".png"}
    """
    L = V.shape[-1]
    sites = np.arange(L)
    answered = np.flatnonzero(np.isfinite(delta).all(-1))
    with house_style():
        figure, (above, below) = plt.subplots(2, 1, figsize=(PAGE, 3.2), sharex=True)
        for color, ring in zip(CURVES, answered, strict=False):
            above.plot(sites, V[ring], color=color, label=f"{ring + 1}")
            below.plot(sites, delta[ring], color=color)
            if half_width is not None and np.isfinite(half_width[ring]):
                ends = delta[ring] - half_width[ring], delta[ring] + half_width[ring]
                below.fill_between(sites, *ends, color=color, alpha=0.25, linewidth=0)
        above.set(ylabel=r"$V_i$ (t)", xlim=(0, L - 1))
        below.set(ylabel=r"$\Delta_i$ (t)", xlabel="site")
        below.set_ylim(bottom=0)
        if answered.size > 1:
            above.legend(title="rings", ncols=2, loc="upper right")
        content = io.BytesIO()
        metadata = {"CreationDate": None} if suffix == ".pdf" else None
        figure.savefig(content, format=suffix[1:], metadata=metadata)
        plt.close(figure)
    return content.getvalue()
