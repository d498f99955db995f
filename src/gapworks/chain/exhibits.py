"""The chain study's figures and tables: what each is made of, its title and its caption."""

from __future__ import annotations

from gapworks.study import Exhibit, Scale


def paper_network(scale: Scale) -> str:
    """The paper's network, on all training data."""
    networks, datasets = scale.config.networks, scale.config.datasets
    return f"window-r{networks.window.cutoff}-n{datasets.train.realizations}"


def scanned(scale: Scale) -> list[str]:
    """Evaluations of the paper's network at every cut-off and size of the scan."""
    networks = scale.config.networks
    return [
        f"test-window-r{cutoff}-n{realizations}"
        for realizations in networks.scan_realizations
        for cutoff in networks.scan_cutoffs
    ]


def predicted(scale: Scale) -> list[str]:
    """Evaluations of both networks on the test set."""
    return [f"test-{paper_network(scale)}", "test-surrogate"]


def solved_and_predicted(scale: Scale) -> dict[str, str | list[str]]:
    """The test set as solved, and as each network predicts it."""
    return {"solved": "test-bdg", "predicted": predicted(scale)}


def on_many_rings(scale: Scale) -> str:
    """The paper's network on the surrogate's rings: far more of them than the test has."""
    return f"surrogate-{paper_network(scale)}"


def at_fixed_mu(scale: Scale) -> list[str]:
    """The paper's networks that were trained at fixed mu, on the test at fixed mu."""
    networks = scale.config.networks
    return [
        f"fixed_test-window-r{networks.window.cutoff}-n{realizations}-fixed"
        for realizations in networks.fixed_mu_realizations
    ]


def time_and_error(scale: Scale) -> dict[str, str]:
    """What each method errs by, and how long it takes."""
    return {"errors": "cost", "times": "timing"}


FIGURES = {
    "fig1": Exhibit(
        "paper.figures:fig1",
        "Fig. 1: disorder and pairing potential of the training data, and the network",
        lambda scale: {"training": "train-bdg", "network": f"test-{paper_network(scale)}"},
        "**Fig. 1.** Histograms of the disorder potential (a) and of the pairing potential (b)"
        " in the training data, all disorder strengths pooled; the network that predicts the "
        "pairing potential from a window (c). The spike at V = 0 and the peak at the clean "
        "ring's gap come from the realizations with V0 = 0. The paper calls panel a "
        "triangular: a pool of uniform distributions is steeper than that at its centre.",
    ),
    "fig2": Exhibit(
        "paper.figures:fig2",
        "Fig. 2: error of the window network against its cut-off",
        lambda scale: {"floor": "floor", "networks": scanned(scale)},
        "**Fig. 2.** Error of the window network on the test data against its cut-off, for "
        "each size of the training data; bars: bootstrap intervals over realizations. Band: "
        "the irreducible error of any window, found by drawing the disorder outside it again. "
        "The constant knows only V0. Diamond: the paper's text on its Fig. 2 (Sec. 4), an error "
        "below 0.001 from R = 8 on.",
    ),
    "fig3": Exhibit(
        "paper.figures:fig3",
        "Fig. 3: mean Delta against disorder strength",
        solved_and_predicted,
        "**Fig. 3.** Pairing potential averaged over sites and realizations of the test data, "
        "against disorder strength: solved, and as the networks predict it. Bars: bootstrap "
        "intervals over realizations. Diamond: the paper's coupling (Sec. 2), mean Delta about a "
        "tenth of the Fermi energy, here of the free band at its filling of 0.85.",
    ),
    "fig4": Exhibit(
        "paper.figures:fig4",
        "Fig. 4: Delta along a ring, and its distribution",
        solved_and_predicted,
        "**Fig. 4.** Left: the pairing potential along one ring of the test data at four "
        "disorder strengths. Right: its distribution over all test rings of that strength.",
        options=["profile_strengths"],
        front=True,
    ),
    "fig5": Exhibit(
        "paper.figures:fig5",
        "Fig. 5: correlation of Delta against distance",
        solved_and_predicted,
        "**Fig. 5.** Correlation of the pairing potential against distance, normalised by its "
        "mean square. Bands: bootstrap intervals over realizations. Diamond: the distance up to "
        "which the paper's network gives it (Sec. 4), 2 R - 1 for R = 8.",
        options=["correlation_strengths", "correlation_distance"],
    ),
    "fig6": Exhibit(
        "paper.figures:fig6",
        "Fig. 6 (ours): time and error of solvers and networks",
        time_and_error,
        "**Fig. 6 (ours).** What the pairing potential of a ring costs on one core (a) and the"
        " error that the time buys (b): dense diagonalisation, the exact solver to its "
        "tolerance and stopped early, and the networks.",
    ),
    "fig7": Exhibit(
        "paper.figures:fig7",
        "Fig. 7 (ours): three readings of the Hartree term",
        lambda scale: {
            "readings": ["test-bdg", "hartree_none-bdg", "hartree_literal-bdg"],
        },
        "**Fig. 7 (ours).** The same disorder under the three readings of the Hartree term. "
        "Only an attractive shift suppresses the pairing potential as the paper's Fig. 3 does;"
        " the sign as printed in eq. 4 leaves it unchanged.",
    ),
}

TABLES = {
    "disorder": Exhibit(
        "paper.tables:disorder",
        "What each disorder strength does to Delta",
        lambda scale: {"solved": "test-bdg"},
        "What each disorder strength does to the pairing potential of the test data: means "
        "with bootstrap intervals over realizations, spread over sites, smallest value, "
        "excitation gap (units of the hopping t), and what it cost the solver.",
    ),
    "errors": Exhibit(
        "paper.tables:errors",
        "Errors of the networks by disorder strength",
        lambda scale: {"networks": predicted(scale), "floor": "floor"},
        "Mean squared error of the networks on the test data per disorder strength and over "
        "all (units of t squared), with bootstrap intervals over realizations; beside it the "
        "error of a constant per disorder strength and the irreducible error of the window.",
    ),
    "fixed-mu": Exhibit(
        "paper.tables:fixed_mu",
        "Irreducible error and networks at fixed chemical potential",
        lambda scale: {"evaluations": ["floor-fixed", *at_fixed_mu(scale)]},
        "The other reading of the chemical potential, fixed at the clean ring's: irreducible "
        "error of the paper's window, and mean squared error of networks trained on so many "
        "rings per disorder strength (units of t squared), with standard errors.",
    ),
    "correlations": Exhibit(
        "paper.tables:correlations",
        "Errors of the networks' correlation function",
        lambda scale: {"predicted": [on_many_rings(scale), "test-surrogate"]},
        "Largest error of the networks' correlation function at distances within reach of the "
        "window and beyond, in both normalisations, with standard errors over realizations; "
        "depth of the dip of the predicted function below its plateau.",
    ),
    "agreement": Exhibit(
        "paper.tables:agreement",
        "Networks against solved rings by disorder strength",
        lambda scale: {"predicted": [on_many_rings(scale), "test-surrogate"]},
        "What the networks make of each disorder strength, compared with the solved rings: "
        "bias of mean Delta (units of t), share of the variance explained, area between the "
        "distribution functions over mean Delta, sites near zero (predicted over solved), and "
        "share found and share right of the enhanced sites, those above the clean ring's Delta. "
        "Standard errors are over realizations.",
    ),
    "suppression": Exhibit(
        "paper.tables:suppression",
        "Fall of mean Delta from strength to strength",
        lambda scale: {"falls": "suppression"},
        "By how much mean Delta falls from each disorder strength to the next, on the same "
        "disorder scaled by both (units of t), with standard errors over disorders.",
    ),
    "bands": Exhibit(
        "paper.tables:bands",
        "Coverage of the surrogate's bands",
        lambda scale: {"judged": ["bands-coverage", "correlated-coverage"]},
        "**Bands (ours).** About the surrogate's Delta on rings that it has not seen, of the "
        "calibration's law of disorder and of another: share of rings that have a band, of "
        "their sites within it (with standard errors over rings; also if every ring had one), "
        "mean half width (units of t); iterations of the exact solver, and how many fewer it "
        "takes from the surrogate's answer.",
    ),
    "peaks": Exhibit(
        "paper.tables:peaks",
        "Peaks of the distribution of Delta",
        lambda scale: {"peaks": "peaks"},
        "Local maxima of the distribution of Delta in the training data, rings without "
        "disorder left out: position and width at half prominence in units of the clean "
        "ring's Delta, and the share of bootstrap resamples of the rings that have them.",
    ),
    "iterations": Exhibit(
        "paper.tables:iterations",
        "Iterations of the self-consistency loop",
        lambda scale: {"plain": "plain_mixing", "solved": "test-bdg"},
        "Iterations of the self-consistency loop per disorder strength: under plain mixing, "
        "and with the mixing of the exact solver, which goes on to a smaller residual.",
    ),
    "finite-size": Exhibit(
        "paper.tables:finite_size",
        "What the length of the ring changes",
        lambda scale: {"sizes": "finite_size"},
        "One long disorder as one ring and cut into shorter ones: mean Delta (units of t), its "
        "shift from that of the longest rings, and the rms change of Delta on the same sites, "
        "both in units of mean Delta; spread of the rings' chemical potentials; localisation "
        "length of the normal chain over the ring's length.",
    ),
    "diagonalisation": Exhibit(
        "paper.tables:diagonalisation",
        "Time of one exact diagonalisation",
        lambda scale: {"times": "diagonalisation"},
        "Time of one self-consistency iteration by exact diagonalisation on one core, against "
        "the ring's length.",
    ),
    "cost": Exhibit(
        "paper.tables:cost",
        "Time and error of each method by ring length",
        time_and_error,
        "Time for one ring on one core and mean squared error of the pairing potential, per "
        "method and ring length.",
    ),
}
