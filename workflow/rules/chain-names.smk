# What the chain study's figures, tables and evaluations are made of; no rules.


def chain_network(wildcards):
    """The paper's network on all training data, at the scale of a target."""
    chosen = scale(wildcards).chain
    return f"window-r{chosen.networks.window.cutoff}-n{chosen.datasets.train.realizations}"


def chain_compared(wildcards):
    """The test set as solved, and as each network predicts it."""
    return ["test-bdg", f"test-{chain_network(wildcards)}", "test-surrogate"]


def chain_scan(wildcards):
    """The paper's network at every cut-off and size of the scan, and the floor below them."""
    networks = scale(wildcards).chain.networks
    scanned = [
        f"test-window-r{cutoff}-n{realizations}"
        for realizations in networks.scan_realizations
        for cutoff in networks.scan_cutoffs
    ]
    return ["floor", *scanned]


def chain_networks(wildcards):
    """The networks whose cost is measured."""
    return [chain_network(wildcards), "surrogate"]


def chain_model(wildcards, network):
    return f"results/{wildcards.scale}/chain/models/{network}.safetensors"


def chain_training(wildcards):
    """The surrogate has a data set of its own; both are validated on the same rings."""
    chosen = scale(wildcards)
    return {
        "settings": chosen.chain.training(wildcards.network, chosen.seed),
        "data": dataset(
            wildcards, "chain", "surrogate" if wildcards.network == "surrogate" else "train"
        ),
        "validation": dataset(wildcards, "chain", "validation"),
    }


def chain_metrics_settings(wildcards):
    return {
        "network": chain_network(wildcards),
        "filling": scale(wildcards).chain.physics.filling,
    }


def chain_floor_settings(wildcards):
    chosen = scale(wildcards)
    return as_json(
        {
            "seed": chosen.seed,
            "physics": chosen.chain.physics.model_dump(mode="json"),
            "tolerance": chosen.chain.solver.tolerance,
            "floor": chosen.chain.floor.model_dump(mode="json"),
            "cutoffs": chosen.chain.networks.scan_cutoffs,
        }
    )


def chain_cost_settings(*but):
    """Settings of the comparison of methods; `but` are keys that only wall times depend on."""

    def settings(wildcards):
        chosen = scale(wildcards)
        return as_json(
            {
                "seed": chosen.seed,
                "physics": chosen.chain.physics.model_dump(mode="json"),
                "cost": chosen.chain.cost.model_dump(mode="json", exclude=set(but)),
            }
        )

    return settings


# A network's name says what it is: window-r8-n220 sees 8 sites to each side and was trained on 220
# realizations per V0. `settings` are the keys of chain.figures that a figure uses.
NAMES["chain"] = {
    "figures": {
        "fig1": {
            "evaluations": lambda wildcards: ["train-bdg", f"test-{chain_network(wildcards)}"]
        },
        "fig2": {"evaluations": chain_scan},
        "fig3": {"evaluations": chain_compared},
        "fig4": {"evaluations": chain_compared, "settings": ["profile_strengths"]},
        "fig5": {
            "evaluations": chain_compared,
            "settings": ["correlation_strengths", "correlation_distance"],
        },
        "fig6": {"evaluations": lambda wildcards: ["cost", "timing"]},
        "fig7": {
            "evaluations": lambda wildcards: ["test-bdg", "hartree_none-bdg", "hartree_literal-bdg"]
        },
    },
    "tables": {
        "disorder": {"evaluations": lambda wildcards: ["test-bdg"]},
        "errors": {
            "evaluations": lambda wildcards: [*chain_compared(wildcards)[1:], "floor"],
        },
        "correlations": {"evaluations": chain_compared},
        "cost": {"evaluations": lambda wildcards: ["cost", "timing"]},
    },
    "training": chain_training,
    "metrics": chain_metrics_settings,
    "timing": ["timing"],
}
