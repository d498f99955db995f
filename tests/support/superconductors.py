"""Any superconductor that the qpi study's model knows, for properties that all of them have."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from gapworks.qpi import Parameters
from gapworks.qpi.physics.parameters import (
    D_VECTORS,
    IMPURITY_KINDS,
    IRREPS,
    SIXTH_SHELLS,
    T_ORDERS,
)


@st.composite
def superconductors(draw: st.DrawFn, **fixed: Any) -> Parameters:
    """One of them, with one impurity, at one energy; some parameters may be fixed."""
    angle = st.floats(0, 2 * np.pi)
    values = {
        "irrep": draw(st.sampled_from(IRREPS)),
        "theta": draw(angle),
        "delta": draw(st.floats(0.2, 2)),
        "eps0": draw(st.floats(-300, 100)),
        "impurity": draw(st.sampled_from([-200.0, 20.0, 100.0])),
        "impurity_kind": draw(st.sampled_from(IMPURITY_KINDS)),
        "omega": draw(st.sampled_from([-1.0, 0.0, 0.6])),
        "broadening": draw(st.floats(0.1, 1)),
        "phi": draw(angle),
        "rashba": draw(st.sampled_from([0.0, 4.0])),
        "channel_angle": draw(angle),
        "theta_triplet": draw(angle),
        "phi_triplet": draw(angle),
        "d_vector": draw(st.sampled_from(D_VECTORS)),
        "sixth_shell": draw(st.sampled_from(SIXTH_SHELLS)),
        "t_order": draw(st.sampled_from(T_ORDERS)),
    }
    return Parameters(**{**values, **fixed})
