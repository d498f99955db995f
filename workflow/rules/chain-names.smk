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


def chain_training_settings(wildcards):
    chosen = scale(wildcards)
    with naming_the_target(wildcards):
        return as_json(chosen.chain.training(wildcards.network, chosen.seed))


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


def chain_cost_settings(wildcards):
    chosen = scale(wildcards)
    return as_json(
        {
            "seed": chosen.seed,
            "physics": chosen.chain.physics.model_dump(mode="json"),
            "cost": chosen.chain.cost.model_dump(mode="json"),
        }
    )


# Each figure: the evaluations it is drawn from and the keys of chain.figures that it uses.
CHAIN_FIGURES = {
    "fig1": (lambda wildcards: ["train-bdg", f"test-{chain_network(wildcards)}"], []),
    "fig2": (chain_scan, []),
    "fig3": (chain_compared, []),
    "fig4": (chain_compared, ["profile_strengths"]),
    "fig5": (chain_compared, ["correlation_strengths", "correlation_distance"]),
    "fig6": (lambda wildcards: ["cost"], []),
    "fig7": (lambda wildcards: ["test-bdg", "hartree_none-bdg", "hartree_literal-bdg"], []),
}
CHAIN_TABLES = {
    "disorder": lambda wildcards: ["test-bdg"],
    "errors": lambda wildcards: [*chain_compared(wildcards)[1:], "floor"],
    "correlations": chain_compared,
    "cost": lambda wildcards: ["cost"],
}


def chain_evaluations(wildcards):
    """All evaluations that figures and tables are made of, each once."""
    made = [names(wildcards) for names, _ in CHAIN_FIGURES.values()]
    made += [names(wildcards) for names in CHAIN_TABLES.values()]
    return list(dict.fromkeys(name for names in made for name in names))
