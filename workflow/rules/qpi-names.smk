# What the qpi study's figures, tables and evaluations are made of; no rules.


def qpi_network(wildcards, condition):
    """The shown network, trained under a condition."""
    return f"{scale(wildcards).qpi.networks.shown}-{condition}"


def qpi_tested(wildcards):
    """Ours on converged windows; the paper's condition on its own grid, and on converged windows."""
    literal = qpi_network(wildcards, "literal")
    return [
        f"test-{qpi_network(wildcards, 'converged')}",
        f"literal_test-{literal}",
        f"literal_converged-{literal}",
    ]


def qpi_training(wildcards):
    chosen = scale(wildcards)
    data, validation = chosen.qpi.learning_data(wildcards.network)
    return {
        "settings": chosen.qpi.training(wildcards.network, chosen.seed),
        "data": dataset(wildcards, "qpi", data),
        "validation": dataset(wildcards, "qpi", validation),
    }


def qpi_evaluation_settings(*sections):
    """Settings of an evaluation: the seed, `evaluation` and sections of their own."""

    def settings(wildcards):
        chosen = scale(wildcards)
        known = {"seed": chosen.seed, "radius": chosen.qpi.networks.inputs.radius}
        known["inputs"] = chosen.qpi.networks.inputs.model_dump(mode="json")
        for name in ("evaluation", "physics", "statements"):
            known[name] = getattr(chosen.qpi, name).model_dump(mode="json")
        return as_json({name: known[name] for name in sections})

    return settings


def qpi_model_settings(wildcards):
    chosen = scale(wildcards).qpi
    normal = chosen.physics.model_dump(mode="json", include={"hopping", "spin_orbit"})
    return as_json({**normal, "model": chosen.model.model_dump(mode="json")})


# An evaluation's name says what it is: literal_test-small-literal is the small network, trained on
# the paper's grid, on the data set literal_test.
NAMES["qpi"] = {
    "figures": {
        "fig1": {"evaluations": lambda wildcards: ["model", "examples", qpi_tested(wildcards)[0]]},
        "fig2": {"evaluations": lambda wildcards: qpi_tested(wildcards)[:1]},
        "band": {"evaluations": lambda wildcards: ["model"]},
        "examples": {"evaluations": lambda wildcards: ["examples"]},
        "confusion": {"evaluations": qpi_tested},
        "hits": {"evaluations": qpi_tested},
        "noise": {"evaluations": lambda wildcards: qpi_tested(wildcards)[:1]},
        "curves": {
            "evaluations": lambda wildcards: qpi_tested(wildcards)[:2],
            "settings": ["training_from"],
        },
        "degeneracy": {"evaluations": lambda wildcards: ["statements", "symmetry"]},
    },
    "tables": {
        "table1": {"evaluations": qpi_tested},
        "networks": {"evaluations": qpi_tested},
        "degeneracy": {"evaluations": lambda wildcards: ["statements", "symmetry"]},
    },
    "training": qpi_training,
    "metrics": lambda wildcards: {"network": scale(wildcards).qpi.networks.shown},
}
