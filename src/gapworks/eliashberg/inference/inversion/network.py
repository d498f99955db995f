"""A network's answer to the data that were inverted: to be compared, not to be believed."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from gapworks.eliashberg.learning.predict import spectrum_of
from gapworks.eliashberg.learning.trained import Network
from gapworks.factory.errors import DataError
from gapworks.learning.library import open_network


@dataclass(frozen=True)
class Beside:
    """What a network says of the same file.

    Attributes
    ----------
    name : str
        The network's.
    omega, a2f : ndarray, shape (J,)
        omega in meV.
    coupling, omega_log : float
        lambda; meV.
    residual : float
        Relative L2 distance of the data from the gap function (or DOS) solved from its a2F, at the
        network's energies; 1 where the a2F does not superconduct.
    refusals : tuple of str
        Why `gapworks predict` would not have answered.
    """

    name: str
    omega: np.ndarray
    a2f: np.ndarray
    coupling: float
    omega_log: float
    residual: float
    refusals: tuple[str, ...]

    def said(self, residual: float) -> str:
        """In lines for the screen, beside the `residual` of the inversion."""
        lines = [
            f"network {self.name}: lambda {self.coupling:.4g}, omega_log {self.omega_log:.4g} meV",
            f"distance from the data: {self.residual:.3g}, the inversion's {residual:.3g}",
        ]
        return "\n".join([*lines, *(f"  unlike its training: {one}" for one in self.refusals)])

    def content(self) -> dict[str, object]:
        """For a file of JSON."""
        return {
            "name": self.name,
            "omega_meV": self.omega.tolist(),
            "a2F": self.a2f.tolist(),
            "lambda": self.coupling,
            "omega_log_meV": self.omega_log,
            "residual": self.residual,
            "refused": list(self.refusals),
        }


def beside(args: argparse.Namespace, kind: str) -> Beside:
    """Ask a network, as the arguments of `gapworks invert` say.

    Raises
    ------
    DataError
        If the network sees another kind of data, or the file does not reach its energies.
    """
    network = open_network(Network, args.network)
    sees, gives = network.card["inputs"], network.card["targets"]
    if gives != ["a2f"] or sees != [kind]:
        raise DataError(
            f"{args.network}: maps {' and '.join(sees)} to {' and '.join(gives)}; "
            f"--kind is {kind}: "
            "a network sl-... or ensemble-... of a gap function or DOS can stand beside that"
        )
    if args.column is not None:
        raise DataError(f"--network {args.network}: reads files of one function; leave --column")
    stated = {name: getattr(args, name) for name in ("temperature", "mu_star", "broadening")}
    found = spectrum_of(network, args.file, args.unit, stated)
    check = found.check
    return Beside(
        name=network.card["name"],
        omega=found.columns["omega_meV"],
        a2f=found.columns["a2F"],
        coupling=check["coupling"],
        omega_log=check["omega_log"],
        residual=check[f"{kind}_residual"],
        refusals=tuple(found.verdict.refusals),
    )
