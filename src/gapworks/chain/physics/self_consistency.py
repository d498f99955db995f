"""From the uniform start to a verdict: the self-consistency loop of `solve`, compiled as a whole.

The loop works with what is cheap and checks with what is exact. The winding part is renewed only
when it could have moved by a small share of the residual. A wide pole interval serves until the
residual is small enough to know the gap; then the narrowest one that fits takes over. A realization
is accepted only if a sweep from scratch, with fresh winding, confirms its residual and if its gap
lies inside the interval of the poles.
"""

from __future__ import annotations

import numpy as np

from gapworks.chain.physics.anderson import forget, mix, remember, step_length, unpair
from gapworks.chain.physics.compiled import entry_point
from gapworks.chain.physics.excitation_gap import excitation_gap
from gapworks.chain.physics.solution import Reason
from gapworks.chain.physics.transfer_map import (
    SHRINK,
    cool,
    fitting_level,
    levels,
    new_work,
    residual_of,
    set_poles,
    sweep_blocks,
    wind_blocks,
)
from gapworks.chain.physics.zolotarev import STEP
from gapworks.numerics.compiled import inlined

DEPTH = 15
# Steps without halving the residual after which a try is given up.
PATIENCE = 80
# The tries: mixing, steps without memory before it, the weight of the equation for mu, patience. A
# gapped ring is nearly incompressible: mu must move by more than the density is off; with a partly
# filled level, by less.
TRIES = np.array(
    [
        [1.0, 0, 5.0, PATIENCE],
        [1.0, 0, 1.0, PATIENCE],
        [0.5, 30, 5.0, PATIENCE],
        [0.5, 30, 1.0, PATIENCE],
        [0.3, 100, 10.0, PATIENCE],
    ]
)
# Accept when the step that leads to the last iterate is at most this many tolerances long: the
# residual may be far smaller than the error.
STEP_SHARE = 0.5
# No Delta is taken below this: the ground state's are positive, if exponentially small.
_LEAST_DELTA = 1e-15
# Residual below which the gap is known well enough to choose the poles.
_GAP_IS_KNOWN = 1e-5
# The winding part may be off by this share of the residual.
_WINDING_SHARE = 0.02
# Room for the spectrum's bound to grow, while the poles are rough and after.
_ROUGH_MARGIN, _SCALE_MARGIN = 1.3, 1.02

CONVERGED = int(Reason.CONVERGED)
EXHAUSTED = int(Reason.ITERATIONS_EXHAUSTED)
DIVERGED = int(Reason.DIVERGED)
NORMAL = int(Reason.NORMAL_STATE)
GAPLESS = int(Reason.GAP_TOO_SMALL)


@inlined(inline="always")
def vanishing(tolerance):
    """A largest Delta below this is no pairing, units of t; a loose tolerance does not raise it."""
    return max(1e-9, min(100.0 * tolerance, 1e-6))


@inlined(fastmath={"nnan", "nsz"})
def confine(x, coupling, floor, ceiling):
    """Keep x = (Delta, n, mu) where the ground state is: 0 < Delta <= g / 2, 0 <= n <= 2.

    Extrapolation steps outside where the ring is nearly incompressible, and would not come back. A
    saddle, whose Delta changes sign, has no zero of the residual in here: the next try starts from
    the uniform state again.
    """
    L = x.size // 2
    for i in range(L):
        x[i] = min(max(x[i], _LEAST_DELTA), 0.5 * coupling)
        x[L + i] = min(max(x[L + i], 0.0), 2.0)
    x[2 * L] = min(max(x[2 * L], floor), ceiling)


def plain_try(mixing: float, budget: int) -> np.ndarray:
    """`TRIES` of plain mixing: one, without memory, as patient as its budget of iterations."""
    return np.array([[mixing, budget, 1.0, budget]])


# Inlined early: LLVM would optimise it once by itself and once more inside `relax`.
@inlined(inline="always")
def attempt(V, physics, held, tolerance, budget, numbers, x, ladder, work, memory):
    """Iterate x = (Delta, n, mu) from where it stands.

    Parameters
    ----------
    V : ndarray, shape (L,)
    physics : tuple of float
        g, sign of the Hartree term, filling.
    held : bool
        Whether mu stays where it stands, instead of giving the filling.
    tolerance : float
    budget : int
        Most evaluations of the map.
    numbers : tuple of float
        A row of `TRIES`.
    x : ndarray, shape (2 L + 1,)
    ladder, work, memory
        `zolotarev.Ladder`, `transfer_map.Work`, `anderson.Memory`.

    Returns
    -------
    reason, iterations : int
    residual, gap, trace : float
        trace is tr |H|; gap and trace are NaN unless converged.
    """
    L = V.size
    coupling, sign, filling = physics
    beta, plain, mu_gain, patience = numbers
    kappa = ladder[0]
    rough = kappa.size - 1
    level = rough
    eps, delta = work.eps, x[:L]
    floor, ceiling = V.min() - 2.0 - coupling, V.max() + 2.0 + coupling
    if held:
        floor = ceiling = x[2 * L]
    scale, residual, best, waited, count = 0.0, 1.0, np.inf, 0, 0
    # The winding part is zero so far: as if renewed where the residual was 1.
    work.wound_diagonal[:] = 0.0
    work.wound_pairing[:] = 0.0
    wound, wound_at, trace = 0.0, 1.0, np.nan
    exact, stale = False, True
    forget(memory)
    for iteration in range(1, budget + 1):
        bound = levels(V, x, 0.5 * sign * coupling, eps)
        stale = stale or bound > scale
        if stale:
            scale = bound * (_ROUGH_MARGIN if level == rough else _SCALE_MARGIN)
            count = set_poles(level, scale, ladder, work)
        if stale or exact:
            estimate = cool(eps, delta, count, work)
            if not estimate < 1.0:
                return GAPLESS, iteration, np.nan, np.nan, np.nan
            unpair(memory)
            if iteration == 1:
                wound = estimate
        if exact or 10.0 * wound * wound_at > _WINDING_SHARE * residual:
            wound, trace = wind_blocks(eps, delta, count, work)
            wound_at = residual
        stale = False
        sweep_blocks(eps, delta, count, work)
        residual = residual_of(x, coupling, filling, held, work)
        if not residual < np.inf:
            return DIVERGED, iteration, np.nan, np.nan, np.nan
        if exact and residual <= tolerance:
            # The level was chosen one step of the ladder below the gap.
            lowest = kappa[level] * scale
            gap = excitation_gap(eps, delta, lowest * STEP, lowest * STEP**2, 1e-8)
            if gap > lowest:
                return CONVERGED, iteration, residual, gap, trace
            # The gap has closed since: back to the rough poles, to choose anew.
            level = rough
        if level == rough and residual <= max(_GAP_IS_KNOWN, tolerance):
            level = fitting_level(eps, delta, scale, ladder, work)
            if level < 0:
                return GAPLESS, iteration, residual, np.nan, np.nan
            stale = True
        for block in range(count):
            stale = stale or work.shrink[block] > 10.0 * SHRINK
        if residual < 0.5 * best:
            best, waited = residual, 0
        else:
            waited += 1
            if waited > patience:
                return EXHAUSTED, iteration, residual, np.nan, np.nan
        if iteration <= plain:
            forget(memory)
        work.f[2 * L] *= mu_gain
        mix(x, work.f, beta, memory)
        confine(x, coupling, floor, ceiling)
        if residual <= tolerance and not stale:
            exact = step_length(x, memory) <= STEP_SHARE * tolerance
        else:
            exact = False
    return EXHAUSTED, budget, residual, np.nan, np.nan


@entry_point
def relax(V, mu, physics, tolerance, budget, tries, start, guesses, ladder, fields, verdicts):
    """Relax rings one after the other, each by the first of several tries that passes.

    Parameters
    ----------
    V : ndarray, shape (R, L)
    mu : ndarray, shape (R,)
        Chemical potential at which each ring is held; NaN: tuned to the filling.
    physics, tolerance, budget, ladder
        As in `attempt`.
    tries : ndarray, shape (T, 4)
        As `TRIES`.
    start : tuple of float
        Uniform Delta and mu to start from.
    guesses : ndarray, shape (R, 2 L + 1) or (0, 2 L + 1)
        Delta, n, mu that the first try starts from instead, if there are any.
    fields : ndarray, shape (R, 2 L + 1)
        Out: Delta, n, mu of the try that passed, else of the one with the smallest residual.
    verdicts : ndarray, shape (R, 5)
        Out: what `attempt` returns, with the iterations of all tries.
    """
    L = V.shape[1]
    work = new_work(L, ladder[2].shape[1])
    memory = remember(DEPTH, 2 * L + 1)
    x = np.empty(2 * L + 1)
    for r in range(V.shape[0]):
        total = 0
        held = not np.isnan(mu[r])
        for trial in range(len(tries)):
            x[:L] = start[0]
            x[L : 2 * L] = physics[2]
            x[2 * L] = start[1] + V[r].mean()
            if trial == 0 and len(guesses):
                x[:] = guesses[r]
            if held:
                x[2 * L] = mu[r]
            one = tries[trial]
            numbers = (one[0], one[1], one[2], one[3])
            reason, used, residual, gap, trace = attempt(
                V[r], physics, held, tolerance, budget, numbers, x, ladder, work, memory
            )
            total += used
            if reason == CONVERGED and x[:L].max() <= vanishing(tolerance):
                reason = NORMAL
            if trial == 0 or reason == CONVERGED or residual < verdicts[r, 2]:
                fields[r] = x
                verdicts[r, 0], verdicts[r, 2] = reason, residual
                verdicts[r, 3], verdicts[r, 4] = gap, trace
            if reason == CONVERGED:
                break
        verdicts[r, 1] = total
