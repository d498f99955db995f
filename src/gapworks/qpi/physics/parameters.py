"""What an image is computed from: the free parameters of the paper's section 2 and of eqs A4-A6."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field, fields

from gapworks.numerics.checks import real_number, real_numbers

IRREPS = ("A1g", "A2g", "Eg", "A1u", "A2u", "Eu")
IMPURITY_KINDS = ("scalar", "sz", "sx")
D_VECTORS = ("closed", "printed")
SIXTH_SHELLS = ("corrected", "printed")
T_ORDERS = ("corrected", "printed")
_CHOICES = {
    "irrep": IRREPS,
    "impurity_kind": IMPURITY_KINDS,
    "d_vector": D_VECTORS,
    "sixth_shell": SIXTH_SHELLS,
    "t_order": T_ORDERS,
}


HOPPING = (33.52, 97.26, -2.11, -13.53, -10.30, 3.48, 1.69)
"""t_1 ... t_7 of eq. 4, meV (section 3 of the paper)."""
SPIN_ORBIT = (13.27, -1.94)
"""lambda_I^(1) and lambda_I^(3) of eq. 5, meV."""
Energies = float | Sequence[float] | None
"""One, several, or that of `Parameters`; meV."""


@dataclass(frozen=True)
class Superconductor:
    """A clean superconductor, and how far its Green functions are from the real axis.

    Parameters
    ----------
    irrep : {"A1g", "A2g", "Eg", "A1u", "A2u", "Eu"}
        Irreducible representation of the gap, in the paper's names (eqs 6-11).
    theta : float
        Mixing angle, rad: singlet with d_z triplet for A1g and A2g, the two components for Eg and
        Eu; without effect for A1u and A2u.
    delta : float
        Gap magnitude Delta >= 0, meV: the prefactor of eqs 6-11.
    eps0 : float
        Energy eps_0 of eq. 4, meV.
    broadening : float
        Imaginary part of the energy, > 0, meV.
    phi : float
        Relative phase of the two components of Eg or Eu, rad (eqs A5, A6).
    rashba : float
        Rashba coupling to the six neighbours, meV.
    channel_angle, theta_triplet, phi_triplet : float
        Eq. A6: the angle that mixes singlet and d_z triplet in Eg (0: singlet alone), mixing angle
        and phase of the triplet's components, rad.
    d_vector : {"closed", "printed"}
        Gap matrix of the u irreps: (d.s) i s_y, closed under C3, or i s_y (d.s) as printed.
    sixth_shell : {"corrected", "printed"}
        The sixth shell of eq. 4; the printed one repeats the second.
    hopping : sequence of 7 floats
        t_1 ... t_7 of eq. 4, meV.
    spin_orbit : sequence of 2 floats
        lambda_I^(1) and lambda_I^(3) of eq. 5, meV.

    Raises
    ------
    ValueError
        Naming the field and what it may be.
    """

    irrep: str
    theta: float = 0.0
    delta: float = 1.0
    eps0: float = 0.0
    _: KW_ONLY
    broadening: float = 0.5
    phi: float = 0.0
    rashba: float = 0.0
    channel_angle: float = 0.0
    theta_triplet: float = 0.0
    phi_triplet: float = 0.0
    d_vector: str = "closed"
    sixth_shell: str = "corrected"
    hopping: tuple[float, ...] = HOPPING
    spin_orbit: tuple[float, ...] = SPIN_ORBIT

    def __post_init__(self):
        _check_fields(self)
        if self.delta < 0:
            raise ValueError(f"delta={self.delta!r}: give a gap >= 0 in meV; its sign is invisible")
        if self.broadening <= 0:
            raise ValueError(f"broadening={self.broadening!r}: give a broadening > 0 in meV")

    @property
    def odd(self) -> bool:
        """Whether the gap pairs equal spins: the irreps A1u, A2u and Eu."""
        return self.irrep.endswith("u")


@dataclass(frozen=True, kw_only=True)
class Impurity:
    """What scatters, at one site.

    Parameters
    ----------
    impurity : float
        Strength v, meV.
    impurity_kind : {"scalar", "sz", "sx"}
        v tau_z, or a classical spin along z or x.
    t_order : {"corrected", "printed"}
        T = V [1 - G_0 V]^-1, or V [1 - V G_0]^-1 as it is printed above eq. 12: of an anomalous G_0
        the two differ.

    Raises
    ------
    ValueError
        As of `Superconductor`.
    """

    impurity: float = 100.0
    impurity_kind: str = "scalar"
    t_order: str = "corrected"

    def __post_init__(self):
        _check_fields(self)


@dataclass(frozen=True)
class Parameters(Superconductor, Impurity):
    """One superconductor, one impurity, one energy: what an image is computed from.

    Parameters
    ----------
    irrep, theta, delta, eps0, ...
        Of `Superconductor`; those after eps0 are given by name.
    impurity, impurity_kind, t_order
        Of `Impurity`.
    omega : float
        Energy, meV.

    Raises
    ------
    ValueError
        Naming the field and what it may be.
    """

    omega: float = field(default=0.0, kw_only=True)

    @property
    def z(self) -> complex:
        """omega + i broadening, meV."""
        return complex(self.omega, self.broadening)


def _check_fields(record: Superconductor | Impurity) -> None:
    """Numbers as floats, and words among those that there are."""
    for one in fields(record):
        name, value = one.name, getattr(record, one.name)
        if name in _CHOICES:
            if not (isinstance(value, str) and value in _CHOICES[name]):
                allowed = ", ".join(_CHOICES[name])
                raise ValueError(f"{name}={value!r}: choose one of {allowed}")
            continue
        if isinstance(one.default, tuple):
            value = real_numbers(name, value, len(one.default))
        else:
            value = real_number(name, value)
        object.__setattr__(record, name, value)


def energies(p: Superconductor, omegas: Energies) -> tuple[float, ...]:
    """Energies as they are given, meV, or that of `Parameters`.

    Raises
    ------
    ValueError
        If there are none.
    """
    if omegas is None:
        if not isinstance(p, Parameters):
            raise ValueError("omegas: a Superconductor has no energy of its own; give one, in meV")
        return (p.omega,)
    return (omegas,) if isinstance(omegas, int | float) else tuple(omegas)
