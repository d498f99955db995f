"""The eliashberg study's figures and tables: what each is made of, and its caption."""

from __future__ import annotations

from gapworks.eliashberg.names import INPUTS
from gapworks.study import Exhibit, Scale

KINDS = ("simple", "complex")
"""The solved data sets."""

PLAIN = "complex-sl-complex-gap"
"""Evaluation of the paper's supervised network on the complex data."""


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


def flow(scale: Scale) -> dict[str, str | list[str]]:
    """What the flow chart's decisions were made of."""
    return {
        "simple": "simple-sl-simple-gap",
        "plain": [f"complex-sl-complex-{one}" for one in INPUTS],
        "choices": [f"complex-dimensions-{one}" for one in INPUTS],
        "chosen": [f"complex-sl-joint-{one}-chosen" for one in INPUTS],
    }


def reconstructed(scale: Scale) -> dict[str, list[str]]:
    """All autoencoders."""
    families = ("ae-joint-gap", "ae-joint-dos", "ae-a2f", "ae-gap", "ae-dos")
    return {"autoencoders": [one for name in families for one in autoencoders(scale, name)]}


def learned(scale: Scale) -> dict[str, list[str]]:
    """All supervised networks but those of appendix B."""
    transforms = (("joint", "gap"), ("joint", "dos"), ("separate", "gap"))
    return {
        "networks": [
            *(f"{kind}-sl-{kind}-{source}" for kind in KINDS for source in INPUTS),
            *(f"{kind}-sl-{kind}-gap-few" for kind in KINDS),
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


FIGURES = {
    "fig1": Exhibit(
        "paper.schematics:flow",
        flow,
        "**Fig. 1.** The flow chart with the decisions that the data took in it: a supervised "
        "network (1) that is good enough is used (2); otherwise autoencoders measure the "
        "latent dimensions of output and input (3), data are generated with the input's (4), "
        "and a network is trained on them (5, 6). Dimensions are chosen on validation "
        "samples; the numbers in the boxes are of test samples.",
    ),
    "fig2": Exhibit(
        "paper.schematics:supervised",
        lambda scale: {"network": PLAIN},
        "**Fig. 2.** The supervised network as it was trained, with the number of neurons of "
        "each layer; NTO is the layer next to the output.",
    ),
    "fig3": Exhibit(
        "paper.figures:fig3",
        lambda scale: {"network": "simple-sl-simple-gap"},
        "**Fig. 3.** Simple spectral functions of the test data (orange, dashed) and as the "
        "network predicts them (blue) (a), with the gap functions that it saw (b).",
    ),
    "fig4": Exhibit(
        "paper.figures:fig4",
        lambda scale: {"network": PLAIN},
        "**Fig. 4.** Complex spectral functions of the test data (orange, dashed) and as the "
        "network predicts them from the gap function (blue).",
    ),
    "fig5": Exhibit(
        "paper.schematics:autoencoder",
        lambda scale: {"network": autoencoders(scale, "ae-joint-gap")[0]},
        "**Fig. 5.** The autoencoder of spectral function and gap function as it was trained, "
        "with the number of neurons of each layer.",
    ),
    "fig6": Exhibit(
        "paper.figures:fig6",
        lambda scale: {"autoencoders": autoencoders(scale, "ae-joint-gap")},
        "**Fig. 6.** One test sample, spectral function and gap function side by side, as "
        "solved (orange, dashed) and as autoencoders of different latent dimension "
        "reconstruct it (blue). Above each panel: R squared of spectral functions and of gap "
        "functions over all test samples.",
        options=["latent_shown"],
    ),
    "fig7": Exhibit(
        "paper.figures:fig7",
        lambda scale: {"network": PLAIN},
        "**Fig. 7.** A predicted spectral function (a) and the true one (b), each with the "
        "gap function and the renormalisation that follow from it by solving the equations.",
    ),
    "fig8": Exhibit(
        "paper.figures_learning:fig8",
        lambda scale: {"networks": on_generated(scale, "joint", "gap")},
        "**Fig. 8.** Spectral functions generated by autoencoders (orange, dashed), and as "
        "networks that were trained on such data predict them from the generated gap "
        "functions (blue); test samples.",
    ),
    "fig9": Exhibit(
        "paper.figures_learning:fig9",
        lambda scale: {"networks": "simple-bases"},
        "**Fig. 9.** Basis functions in the last layer of networks with few neurons next to "
        "the output (columns), for several trainings that differ in their seed only (rows). "
        "Grey: neurons that are zero on all training data; their weights are what they were "
        "drawn as, and look like noise.",
    ),
    "fig10": Exhibit(
        "paper.figures_learning:fig10",
        lambda scale: {"networks": "simple-bases"},
        "**Fig. 10.** Training loss of the networks of Fig. 9, seed by seed, with the number "
        "of neurons that are alive in the end.",
    ),
    "fig11": Exhibit(
        "paper.figures_learning:fig11",
        lambda scale: {"generated": on_generated(scale, "joint", "gap"), "plain": PLAIN},
        "**Fig. 11.** Relative difference between the moments of true and predicted spectral "
        "functions of the solved test data, mean and standard deviation over samples, for "
        "networks trained on generated data and for the one trained on the solved data "
        "(p-EBSF). Negative values of a prediction are set to zero.",
    ),
    "spectra": Exhibit(
        "paper.figures:spectra",
        lambda scale: {"datasets": of_both("data")},
        "**Data (ours).** Spectral functions as drawn, their gap functions (dotted: imaginary "
        "part), the gap against the coupling, and the variance that is left outside so many "
        "principal components; line: one per mille. Simple data (a) and complex data (b).",
    ),
    "pade": Exhibit(
        "paper.figures:pade",
        lambda scale: {"shown": "complex-pade", "datasets": of_both("pade")},
        "**Pade (ours).** The real part of a gap function by Pade approximants and from the "
        "equations on the line (a), the error of Pade over test samples (b), and the share of "
        "samples that pass the paper's test, the gap function against phi over Z, at "
        "different tolerances (c).",
    ),
    "reconstruction": Exhibit(
        "paper.figures_learning:reconstruction",
        reconstructed,
        "**Reconstruction (ours).** What autoencoders leave unexplained of spectral functions "
        "(a), gap functions (b) and densities of states (c), against the latent dimension: "
        "fields held together with another, and alone. Test samples.",
    ),
    "learning": Exhibit(
        "paper.figures_learning:learning",
        learned,
        "**Learning (ours).** Networks trained on data from autoencoders: their error on test "
        "samples of such data (a), and on the solved test samples the error of the spectral "
        "function (b) and of the gap function that follows from it (c). Dotted: networks "
        "trained on the solved data.",
    ),
    "noise": Exhibit(
        "paper.figures_learning:noise",
        lambda scale: {"networks": "complex-noise"},
        "**Noise (ours).** Error of the spectral function (a) and distance of the gap "
        "function that follows from it to the one that was given (b), against white noise on "
        "the gap function: networks trained without and with noise. Lines: medians over test "
        "samples; bands: 68 % of them; dotted: the residual of 99 % of the test samples, "
        "beyond which `gapworks predict` refuses.",
    ),
}

TABLES = {
    "table1": Exhibit(
        "paper.tables:table1",
        lambda scale: {"networks": on_generated(scale, "joint", "gap")},
        "**Table I.** Difference between the gap function that a network trained on generated "
        "data sees and the one that follows from its prediction, and between the true "
        "spectral function and the prediction: one minus the Pearson correlation, mean and "
        "median over the solved test samples, with the paper's numbers.",
    ),
    "table2": Exhibit(
        "paper.tables:table2",
        covered,
        "**Table II.** Portion of the original gap functions that lie as close to a generated "
        "one as generated ones do to each other, with the largest of their nearest distances "
        "as in the paper and with the 99 % quantile; loss of the networks trained on the "
        "generated data, test samples; the paper's numbers beside.",
    ),
    "data": Exhibit(
        "paper.tables:data",
        lambda scale: {"datasets": of_both("data")},
        "The data sets: sizes, draws that did not superconduct, residuals and checks, ranges "
        "(smallest, median, largest), and the principal components that hold 90 % and 99.9 % "
        "of the variance.",
    ),
    "reconstruction": Exhibit(
        "paper.tables:reconstruction",
        reconstructed,
        "Autoencoders on test samples: R squared of each field with bootstrap intervals, and "
        "for spectral and gap function together how well a reconstructed pair satisfies the "
        "equations.",
    ),
    "learning": Exhibit(
        "paper.tables:learning",
        learned,
        "Supervised networks: errors on test samples of the data they were trained on; and, "
        "on solved test samples, errors of the spectral function, of the gap function that "
        "follows from it, of the coupling, the logarithmic frequency and the moments, and the "
        "share of the prediction that was negative and set to zero.",
    ),
    "bases": Exhibit(
        "paper.tables:bases",
        lambda scale: {"networks": "simple-bases"},
        "Networks with few neurons next to the output, seed by seed: neurons that are alive, "
        "R squared on test samples, and the roughness of basis functions (near zero if "
        "smooth, one for white noise).",
    ),
    "dimensions": Exhibit(
        "paper.tables:dimensions",
        lambda scale: {"choices": [f"complex-dimensions-{one}" for one in INPUTS]},
        "R squared of spectral function and input on validation samples against the latent "
        "dimension, the smallest dimension that reconstructs each, and the one that was "
        "chosen.",
    ),
    "statements": Exhibit(
        "paper.tables:statements",
        lambda scale: {"measured": "complex-statements"},
        "What the paper says in passing, measured on test samples: exact scaling, the Coulomb "
        "pseudopotential, saturation at high energy, the truncation of the sums, iterations.",
    ),
    "pade": Exhibit(
        "paper.tables:pade",
        lambda scale: {"datasets": of_both("pade")},
        "Pade approximants on test samples: the share that passes the paper's test at each "
        "tolerance, and the errors of those that do and of all.",
    ),
}
