"""The qpi study's figures and tables: what each is made of, its title and its caption."""

from __future__ import annotations

from gapworks.study import Exhibit, Scale

PHASE = "phase"
"""The condition that has a test of its own; no other test is of its networks."""


def shown(scale: Scale, condition: str) -> str:
    """The network of the figures and tables that was trained under a condition."""
    return f"{scale.config.networks.shown}-{condition}"


def converged(scale: Scale) -> str:
    """The evaluation of our condition: a network of converged windows on converged windows."""
    return f"test-{shown(scale, 'converged')}"


def single_grid(scale: Scale) -> str:
    """That of one energy and one channel on the paper's grid, v unknown and no amplitude."""
    return f"literal_test-{shown(scale, 'literal')}"


def tested(scale: Scale) -> list[str]:
    """Both, and the network of the single grid on converged images of the same superconductors."""
    crossed = f"literal_converged-{shown(scale, 'literal')}"
    return [converged(scale), single_grid(scale), crossed]


def faithful(scale: Scale) -> list[str]:
    """The paper at its word: its network, and what it is compared with; none at small scales.

    In this order: all images; fewer; these without noise in training; the other backbone on these;
    and the first on images with T in the right order.
    """
    judged = scale.config.networks.judged
    if judged is None:
        return []
    networks = (
        f"{judged.main}-faithful",
        f"{judged.main}-faithful_fewer",
        f"{judged.main}-faithful_noiseless",
        f"{judged.variant}-faithful_fewer",
    )
    own = [f"faithful_test-{network}" for network in dict.fromkeys(networks)]
    return [*own, f"corrected_test-{networks[0]}"]


def phase(scale: Scale) -> list[str]:
    """A network that is asked for |phi|, where the paper's statements about networks are judged."""
    network = shown(scale, PHASE)
    return [] if scale.config.networks.judged is None else [f"phase_test-{network}"]


def told_apart(scale: Scale) -> dict[str, str]:
    """What the statements and the threefold symmetry alone tell of the classes."""
    return {"statements": "statements", "symmetry": "symmetry"}


def told(scale: Scale) -> dict[str, str | list[str]]:
    """The same, and what a network tells of phi."""
    return {**told_apart(scale), "phase": phase(scale)}


def trained(scale: Scale) -> list[str]:
    """Evaluations, one of each network whose course of training is shown."""
    return [converged(scale), single_grid(scale), *faithful(scale)[:-1]]


FIGURES = {
    "fig1": Exhibit(
        "paper.schematics:fig1",
        "Fig. 1: from the model to images, a network and its answer",
        lambda scale: {
            "model": "model",
            "examples": "examples",
            "network": converged(scale),
        },
        "**Fig. 1.** From the normal state and the gap functions of each representation to "
        "images, a network and its answer; the parts are those that the workflow made.",
    ),
    "fig2": Exhibit(
        "paper.schematics:fig2",
        "Fig. 2: the network, layer by layer",
        lambda scale: {"network": [*faithful(scale), converged(scale)][0]},
        "**Fig. 2.** The network as it was built: channels above, pixels below each layer; "
        "two heads behind the aggregation layer.",
    ),
    "band": Exhibit(
        "paper.figures:band",
        "Bands and Fermi surface of the normal state",
        lambda scale: {"model": "model"},
        "**Ours.** The normal state that all images share: bands of both spins along "
        "high-symmetry lines (a), Fermi surface in the Brillouin zone (b).",
    ),
    "examples": Exhibit(
        "paper.figures:examples",
        "Images of each class, on one grid and converged",
        lambda scale: {"examples": "examples"},
        "**Ours.** One superconductor of each class on one grid of 1024 (above; inferred, the "
        "paper states none) and converged "
        "(below): the sample whose relative L2 difference is the middle one, in brackets the "
        "range of the middle two thirds of all samples. Gapped classes are converged; nodal "
        "ones are speckle of the grid.",
        front=True,
    ),
    "confusion": Exhibit(
        "paper.figures:confusion",
        "Which class is taken for which",
        lambda scale: {"tested": tested(scale)},
        "**Ours.** Which class is taken for which at the noise that is reported, in per cent "
        "of the true class: our condition on converged images, one energy and one channel on "
        "one grid, and the same network on converged images of the same superconductors. "
        "Above: mean of the classes' hits.",
    ),
    "hits": Exhibit(
        "paper.figures:hits",
        "Beside Table I: hits of each class",
        lambda scale: {
            "tested": tested(scale),
            "converged": converged(scale),
            "faithful": faithful(scale)[:1],
        },
        "**Beside Table I.** Hits of each class with Wilson intervals (a) and against the gap "
        "in our condition (b). Under the paper's own condition, where it is trained at this "
        "scale, without noise in the test; ours at the noise that is reported. Diamonds: the "
        "paper's Table I.",
    ),
    "noise": Exhibit(
        "paper.figures:noise",
        "Hits against noise",
        lambda scale: {"converged": converged(scale)},
        "**Ours.** Hits against white noise (a) and 1/f noise (b) in units of the image's "
        "standard deviation, with Wilson intervals; grey: the noise in training.",
    ),
    "curves": Exhibit(
        "paper.figures:curves",
        "Training and validation loss",
        lambda scale: {"trained": trained(scale)},
        "**Ours.** Loss of eq. 16 during training; the weights with the least validation loss "
        "are kept.",
        options=["training_from"],
    ),
    "degeneracy": Exhibit(
        "paper.figures:degeneracy",
        "What images can tell apart",
        told_apart,
        "**Ours.** What images can tell. (a) Relative difference of the LDOS of two "
        "superconductors, each dot a random one; grey: degenerate to rounding. (b) Share of a "
        "map's energy that is odd under C3 for the two classes of triplet gaps, at the noise "
        "that is reported.",
    ),
}

TABLES = {
    "table1": Exhibit(
        "paper.tables:table1",
        "Table I: hits and errors of each class",
        lambda scale: {"tested": tested(scale), "faithful": faithful(scale)[:1]},
        "**Table I.** Hits and mean absolute errors of each class with standard errors: the "
        "paper's; its own condition (images of eq. 12, T as printed, one known impurity) "
        "without noise in the test and with the noise that is reported, where it is trained at "
        "this scale; ours, v unknown, on converged windows and on one grid. Errors are over "
        "all samples of a class. The paper prints errors of eps_0 in eV.",
    ),
    "networks": Exhibit(
        "paper.tables:networks",
        "Every network on every data set and noise",
        lambda scale: {"tested": [*tested(scale), *faithful(scale)]},
        "Each network on each data set and level of noise: hits with Wilson intervals, errors "
        "with bootstrap intervals over samples.",
    ),
    "curves": Exhibit(
        "paper.tables:curves",
        "Training and validation loss by epoch",
        lambda scale: {"trained": trained(scale)},
        "**Table (ours).** Loss of eq. 16 during training of each network, and the epoch whose "
        "weights are kept (1): that of the least validation loss.",
    ),
    "degeneracy": Exhibit(
        "paper.tables:degeneracy",
        "How much images differ under each change",
        told,
        "Relative difference of the LDOS under the changes that the paper discusses, over "
        "random superconductors: the least, the median and the largest; how far the C3-odd "
        "share alone tells Eu from A12u; and R^2 of |phi| as a network tells it from images, "
        "with its interval, where one is trained at this scale.",
    ),
}
