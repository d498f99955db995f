"""The self-consistency map in O(L): sign(H) site by site, all poles at once.

With S = sign(H), eq. 4 reads Delta_i = (g / 2) S_{i,i+L} and n_i = 1 - S_ii, and

    S = sum_k w_k H / (H^2 + omega_k^2)

(`zolotarev.py`). For one pole, omega + i H is tridiagonal in quaternions (1, I = i tau_3,
J = i tau_1, K = I J): omega + eps_i I + Delta_i J on the diagonal, -I beside it. Eliminating sites
from the left keeps three real numbers a site, b = w + e I + d J,

    w <- omega + w / |b|^2,    e <- eps_i - e / |b|^2,    d <- Delta_i + d / |b|^2,

and likewise from the right. With x = b_left + b_right - (omega + eps_i I + Delta_i J) the local
inverse is 1 / x, hence S_ii = sum_k w_k e_x / |x|^2 and S_{i,i+L} = sum_k w_k d_x / |x|^2.

The ring is unrolled into the endless periodic chain: the sweeps first run over `warm` sites before
the cut, which shrinks the error of their start by prod 1 / |b|^2. What is left is winding: an
electron that goes m times round, G_{i+mL,i} = Pi_i^m G_ii with Pi_i = c_{i+L} .. c_{i+1} and
c = b^-1 I of the sweep from the right. The sum over all m >= 1 is closed, Pi / (1 - Pi).

States lie flat in memory, [block][site][w, e, d][lane]; a block is `LANES` poles.
"""

from __future__ import annotations

import numpy as np

from gapworks.numerics.compiled import inlined
from gapworks.numerics.simd import LANES, largest, load, splat, store, total

STATE = 3 * LANES
# Seeds per block: the left and the right sweep's state before their warm-up.
SEEDS = 2 * STATE
_LONGEST_WARM_UP = 1 << 20


@inlined()
def _warm_up(eps, delta, omega, warm, seeds, at):
    """Run both sweeps over `warm` sites up to the cut.

    Returns the two states (w, e, d) and the larger shrinking factor of a start error.
    """
    L = eps.size
    w, e, d = load(seeds, at), load(seeds, at + LANES), load(seeds, at + 2 * LANES)
    at += STATE
    W, E, D = load(seeds, at), load(seeds, at + LANES), load(seeds, at + 2 * LANES)
    shrink, Shrink = splat(1.0), splat(1.0)
    i = (L - warm % L) % L
    j = (warm - 1) % L
    for _ in range(warm):
        r = 1.0 / (w * w + e * e + d * d)
        R = 1.0 / (W * W + E * E + D * D)
        shrink = shrink * r
        Shrink = Shrink * R
        w, e, d = omega + w * r, eps[i] - e * r, delta[i] + d * r
        W, E, D = omega + W * R, eps[j] - E * R, delta[j] + D * R
        i = i + 1 if i + 1 < L else 0
        j = j - 1 if j > 0 else L - 1
    return w, e, d, W, E, D, max(largest(shrink), largest(Shrink))


@inlined()
def warm_up_length(eps, delta, omega, block, target, seeds):
    """Sites that shrink a start error below `target`, and the factor; fills `seeds` cold."""
    o = load(omega, block * LANES)
    warm = 32
    while True:
        store(seeds, 0, o + 1.0)
        store(seeds, LANES, splat(0.0))
        store(seeds, 2 * LANES, splat(0.0))
        store(seeds, STATE, o + 1.0)
        store(seeds, STATE + LANES, splat(0.0))
        store(seeds, STATE + 2 * LANES, splat(0.0))
        shrink = _warm_up(eps, delta, o, warm, seeds, 0)[6]
        if shrink <= target or warm >= _LONGEST_WARM_UP:
            return warm, shrink
        # Decay is exponential: extrapolate, but not from noise.
        needed = 1.2 * np.log(target) / np.log(shrink) if shrink < 0.3 else 4.0
        warm = int(min(warm * min(max(needed, 1.1), 8.0) + 8.0, _LONGEST_WARM_UP))


@inlined()
def sweep(
    eps, delta, omega, weight, blocks, warm, next_warm, seeds, states, shrink, diagonal, pairing
):
    """S_ii and S_{i,i+L} of the periodic chain (the ring without winding).

    Parameters
    ----------
    eps, delta : ndarray, shape (L,)
        On-site energies and pairing potential.
    omega, weight : ndarray, shape (>= blocks * LANES,)
    blocks : int
    warm, next_warm : ndarray of int, shape (>= blocks,)
        Warm-up sites of each block, in this call and in the one to come.
    seeds : ndarray, shape (>= blocks * SEEDS,)
        In: states before the warm-up. Out: the states found where the next warm-up starts.
    states : ndarray, shape (>= L * STATE,)
        Work space.
    shrink : ndarray, shape (>= blocks,)
        Out: factor by which the warm-up shrank the error of the seeds.
    diagonal, pairing : ndarray, shape (L,)
        Out: S_ii and S_{i,i+L}.
    """
    L = eps.size
    half = L // 2
    diagonal[:] = 0.0
    pairing[:] = 0.0
    for block in range(blocks):
        at = block * SEEDS
        o, weights = load(omega, block * LANES), load(weight, block * LANES)
        w, e, d, W, E, D, shrink[block] = _warm_up(eps, delta, o, warm[block], seeds, at)
        keep = (-next_warm[block] - 1) % L
        Keep = next_warm[block] % L
        # Outer halves: both sweeps leave their states behind. Capitals: the sweep from the right.
        j = L - 1
        for i in range(half):
            w, e, d = _step(o, eps[i], delta[i], w, e, d)
            W, E, D = _step(o, eps[j], delta[j], W, E, D)
            _put(states, i * STATE, w, e, d)
            _put(states, j * STATE, W, E, D)
            if i == keep:
                _put(seeds, at, w, e, d)
            if j == Keep:
                _put(seeds, at + STATE, W, E, D)
            j -= 1
        if L % 2:
            W, E, D = _step(o, eps[j], delta[j], W, E, D)
            _put(states, j * STATE, W, E, D)
            if j == Keep:
                _put(seeds, at + STATE, W, E, D)
            j -= 1
        # Inner halves: each sweep meets the states the other one left.
        for i in range(half, L):
            w, e, d = _step(o, eps[i], delta[i], w, e, d)
            _meet(eps, delta, o, weights, states, i, w, e, d, diagonal, pairing)
            if i == keep:
                _put(seeds, at, w, e, d)
            if j >= 0:
                W, E, D = _step(o, eps[j], delta[j], W, E, D)
                _meet(eps, delta, o, weights, states, j, W, E, D, diagonal, pairing)
                if j == Keep:
                    _put(seeds, at + STATE, W, E, D)
            j -= 1


@inlined()
def _step(omega, eps, delta, w, e, d):
    """One site further."""
    r = 1.0 / (w * w + e * e + d * d)
    return omega + w * r, eps - e * r, delta + d * r


@inlined()
def _put(states, at, w, e, d):
    store(states, at, w)
    store(states, at + LANES, e)
    store(states, at + 2 * LANES, d)


@inlined()
def _meet(eps, delta, omega, weight, states, i, w, e, d, diagonal, pairing):
    """Add what the pole block gives at site i, where the sweeps meet."""
    w = w + (load(states, i * STATE) - omega)
    e = e + (load(states, i * STATE + LANES) - eps[i])
    d = d + (load(states, i * STATE + 2 * LANES) - delta[i])
    local = weight / (w * w + e * e + d * d)
    diagonal[i] += total(e * local)
    pairing[i] += total(d * local)


@inlined()
def winding(eps, delta, omega, weight, blocks, warm, seeds, states, diagonal, pairing):
    """What going round the ring adds to S_ii and S_{i,i+L}, all windings summed, and tr |H|.

    Parameters
    ----------
    eps, delta, omega, weight, blocks, warm, seeds, states
        As in `sweep`; the seeds are left as they are.
    diagonal, pairing : ndarray, shape (L,)
        Out: the winding part of S_ii and S_{i,i+L}.

    Returns
    -------
    largest_winding : float
        Largest |Pi| over the poles.
    trace : float
        tr |H| = 2 sum_k w_k sum_i (1 - omega_k Re G_ii), windings included.
    """
    L = eps.size
    diagonal[:] = 0.0
    pairing[:] = 0.0
    strongest, trace = 0.0, 0.0
    for block in range(blocks):
        o, weights = load(omega, block * LANES), load(weight, block * LANES)
        w, e, d, W, E, D, _ = _warm_up(eps, delta, o, warm[block], seeds, block * SEEDS)
        # Pi = c_{L-1} .. c_0 with c_i = I / b_i: built from the right, one factor a site.
        p0, p1, p2, p3 = splat(1.0), splat(0.0), splat(0.0), splat(0.0)
        for j in range(L - 1, -1, -1):
            R = 1.0 / (W * W + E * E + D * D)
            W, E, D = o + W * R, eps[j] - E * R, delta[j] + D * R
            store(states, j * STATE, W)
            store(states, j * STATE + LANES, E)
            store(states, j * STATE + 2 * LANES, D)
            R = 1.0 / (W * W + E * E + D * D)
            # I conj(b) -> conj(b) I = (E, W, 0, D) in (1, I, J, K), see _times.
            c0, c1, c3 = E * R, W * R, D * R
            p0, p1, p2, p3 = _times(p0, p1, p2, p3, c0, c1, c3)
        strongest = max(strongest, largest(p0 * p0 + p1 * p1 + p2 * p2 + p3 * p3) ** 0.5)
        # Pi / (1 - Pi) = Pi conj(1 - Pi) / |1 - Pi|^2
        v2 = p1 * p1 + p2 * p2 + p3 * p3
        scale = 1.0 / ((1.0 - p0) * (1.0 - p0) + v2)
        p0, p1, p2, p3 = (p0 * (1.0 - p0) - v2) * scale, p1 * scale, p2 * scale, p3 * scale
        for i in range(L):
            r = 1.0 / (w * w + e * e + d * d)
            w, e, d = o + w * r, eps[i] - e * r, delta[i] + d * r
            W, E, D = (
                load(states, i * STATE),
                load(states, i * STATE + LANES),
                load(states, i * STATE + 2 * LANES),
            )
            # Pi_i = c_i Pi_{i-1} / c_i, a rotation.
            R = 1.0 / (W * W + E * E + D * D)
            p1, p2, p3 = _rotate(p1, p2, p3, W, E, D, R)
            xw, xe, xd = w + (W - o), e + (E - eps[i]), d + (D - delta[i])
            local = weights / (xw * xw + xe * xe + xd * xd)
            # G = (xw - xe I - xd J) / |x|^2; G -> G + Pi G + (Pi G)^T keeps twice the parts 1, I, J
            # of Pi G.
            diagonal[i] += 2.0 * total(local * (p0 * xe - p1 * xw - p3 * xd))
            pairing[i] += 2.0 * total(local * (p0 * xd - p2 * xw + p3 * xe))
            real = xw + 2.0 * (p0 * xw + p1 * xe + p2 * xd)
            trace += 2.0 * total(weights - o * local * real)
    return strongest, trace


@inlined()
def _times(p0, p1, p2, p3, c0, c1, c3):
    """Quaternion product p (c0 + c1 I + c3 K)."""
    return (
        p0 * c0 - p1 * c1 - p3 * c3,
        p0 * c1 + p1 * c0 + p2 * c3,
        p2 * c0 + p3 * c1 - p1 * c3,
        p0 * c3 + p3 * c0 - p2 * c1,
    )


@inlined()
def _rotate(v1, v2, v3, W, E, D, R):
    """Vector part of c v / c for c = E + W I + D K with 1 / |c|^2 = R (Rodrigues)."""
    t1, t2, t3 = 0.0 - D * v2, D * v1 - W * v3, W * v2
    R = 2.0 * R
    return (
        v1 + R * (E * t1 - D * t2),
        v2 + R * (E * t2 + (D * t1 - W * t3)),
        v3 + R * (E * t3 + W * t2),
    )
