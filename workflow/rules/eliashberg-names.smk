# What the eliashberg study's figures, tables and evaluations are made of; no rules.
#
# A network's name says what it is: sl-complex-gap maps gap functions to EBSF (-few: from 300
# numbers), sl-complex-noisy-gap is trained with noise on them, reversed-complex-gap the other way, nto-4-1 has 4 neurons next to the output,
# ae-joint-gap-2 is the autoencoder of [EBSF, gap] with d_L = 2, ae-gap-2 that of the gap functions
# alone, and sl-joint-gap-2 is trained on what the former made of the data, sl-joint-gap-chosen on
# what that of the dimension chosen by the data made of them.
ELIASHBERG_INPUTS = ["gap", "dos"]


def eliashberg_latent(wildcards):
    """The latent dimensions d_L."""
    return scale(wildcards).eliashberg.networks.autoencoder.latent


def eliashberg_autoencoders(wildcards, fields):
    """The autoencoders of some fields, by d_L."""
    return [f"ae-{fields}-{latent}" for latent in eliashberg_latent(wildcards)]


def eliashberg_on(networks):
    """Their evaluations on the complex data set."""
    return [f"complex-{network}" for network in networks]


def eliashberg_generated(wildcards, transform, source):
    """Evaluations of the networks that were trained on generated data, by d_L."""
    return [f"complex-sl-{transform}-{source}-{d}" for d in eliashberg_latent(wildcards)]


def eliashberg_bases(wildcards):
    """The networks with few neurons next to the output."""
    bases = scale(wildcards).eliashberg.networks.bases
    return [f"nto-{n}-{repeat}" for n in bases.neurons for repeat in range(1, bases.seeds + 1)]


ELIASHBERG_NOISE = ["sl-complex-gap", "sl-complex-noisy-gap"]


def eliashberg_covered(wildcards):
    """Autoencoders of EBSF and gap function together, and the networks trained on their data."""
    return [
        *eliashberg_on(eliashberg_autoencoders(wildcards, "joint-gap")),
        *eliashberg_generated(wildcards, "joint", "gap"),
    ]


def eliashberg_reconstructions(wildcards):
    """All autoencoders."""
    return [
        name
        for fields in ("joint-gap", "joint-dos", "a2f", "gap", "dos")
        for name in eliashberg_on(eliashberg_autoencoders(wildcards, fields))
    ]


def eliashberg_learning(wildcards):
    """All supervised networks but those of appendix B."""
    return [
        *(
            f"{kind}-sl-{kind}-{source}"
            for kind in ("simple", "complex")
            for source in ("gap", "dos")
        ),
        "simple-sl-simple-gap-few",
        "complex-sl-complex-gap-few",
        "complex-reversed-complex-gap",
        *(
            name
            for transform, source in (("joint", "gap"), ("joint", "dos"), ("separate", "gap"))
            for name in eliashberg_generated(wildcards, transform, source)
        ),
        *(f"complex-sl-joint-{source}-chosen" for source in ELIASHBERG_INPUTS),
    ]


def eliashberg_flow(wildcards):
    """What the flow chart's decisions were made of, per input: before, choice, after."""
    return [
        "simple-sl-simple-gap",
        *(
            name
            for source in ELIASHBERG_INPUTS
            for name in (
                f"complex-sl-complex-{source}",
                f"complex-dimensions-{source}",
                f"complex-sl-joint-{source}-chosen",
            )
        ),
    ]


def eliashberg_own_data(wildcards):
    """The data set that a network is trained and tested on: solved, or generated."""
    if found := re.fullmatch(r"sl-((?:joint|separate)-.*)", wildcards.network):
        return f"results/{wildcards.scale}/eliashberg/data/generated/{found[1]}.h5"
    simple = "simple" in wildcards.network or wildcards.network.startswith("nto")
    return dataset(wildcards, "eliashberg", "simple" if simple else "complex")


def eliashberg_training(wildcards):
    """One file holds training and validation samples."""
    chosen = scale(wildcards)
    data = eliashberg_own_data(wildcards)
    return {
        "settings": chosen.eliashberg.training(wildcards.network, chosen.seed),
        "data": data,
        "validation": data,
    }


def eliashberg_generators(wildcards):
    """The autoencoders by which data are generated; all of them where the data choose."""
    transform, source, latent = wildcards.transform, wildcards.input, wildcards.latent
    fields = [f"joint-{source}"] if transform == "joint" else ["a2f", source]
    dimensions = eliashberg_latent(wildcards) if latent == "chosen" else [latent]
    return [f"ae-{one}-{d}" for one in fields for d in dimensions]


def eliashberg_model(wildcards, network):
    return f"results/{wildcards.scale}/eliashberg/models/{network}.safetensors"


def eliashberg_models(wildcards, networks):
    """NAME=FILE, as commands take networks."""
    return [f"{name}={eliashberg_model(wildcards, name)}" for name in networks]


def eliashberg_choice(wildcards):
    """The evaluation that chooses the latent dimension, where it is to be chosen."""
    if wildcards.latent != "chosen":
        return []
    return [evaluation(wildcards, f"complex-dimensions-{wildcards.input}", "eliashberg")]


def eliashberg_generation_settings(wildcards):
    latent = wildcards.latent
    return as_json(
        {
            "input": wildcards.input,
            "transform": wildcards.transform,
            "latent": latent if latent == "chosen" else int(latent),
        }
    )


def eliashberg_dimension_settings(wildcards):
    flow = scale(wildcards).eliashberg.flow.model_dump(mode="json")
    return as_json({"input": wildcards.input, "flow": flow})


def eliashberg_metrics_settings(wildcards):
    return {"flow": scale(wildcards).eliashberg.flow.model_dump(mode="json")}


# `settings` are the keys of eliashberg.figures that a figure uses.
NAMES["eliashberg"] = {
    "figures": {
        "fig1": {"evaluations": eliashberg_flow},
        "fig2": {"evaluations": lambda wildcards: ["complex-sl-complex-gap"]},
        "fig3": {"evaluations": lambda wildcards: ["simple-sl-simple-gap"]},
        "fig4": {"evaluations": lambda wildcards: ["complex-sl-complex-gap"]},
        "fig5": {
            "evaluations": lambda wildcards: [
                f"complex-ae-joint-gap-{eliashberg_latent(wildcards)[0]}"
            ]
        },
        "fig6": {
            "evaluations": lambda wildcards: eliashberg_on(
                eliashberg_autoencoders(wildcards, "joint-gap")
            ),
            "settings": ["latent_shown"],
        },
        "fig7": {"evaluations": lambda wildcards: ["complex-sl-complex-gap"]},
        "fig8": {"evaluations": lambda wildcards: eliashberg_generated(wildcards, "joint", "gap")},
        "fig9": {"evaluations": lambda wildcards: ["simple-bases"]},
        "fig10": {"evaluations": lambda wildcards: ["simple-bases"]},
        "fig11": {
            "evaluations": lambda wildcards: [
                *eliashberg_generated(wildcards, "joint", "gap"),
                "complex-sl-complex-gap",
            ]
        },
        "spectra": {"evaluations": lambda wildcards: ["simple-data", "complex-data"]},
        "pade": {"evaluations": lambda wildcards: ["simple-pade", "complex-pade"]},
        "reconstruction": {"evaluations": eliashberg_reconstructions},
        "learning": {"evaluations": eliashberg_learning},
        "noise": {"evaluations": lambda wildcards: ["complex-noise"]},
    },
    "tables": {
        "table1": {
            "evaluations": lambda wildcards: eliashberg_generated(wildcards, "joint", "gap")
        },
        "table2": {"evaluations": eliashberg_covered},
        "data": {"evaluations": lambda wildcards: ["simple-data", "complex-data"]},
        "reconstruction": {"evaluations": eliashberg_reconstructions},
        "learning": {"evaluations": eliashberg_learning},
        "bases": {"evaluations": lambda wildcards: ["simple-bases"]},
        "dimensions": {
            "evaluations": lambda wildcards: [f"complex-dimensions-{s}" for s in ELIASHBERG_INPUTS]
        },
        "statements": {"evaluations": lambda wildcards: ["complex-statements"]},
        "pade": {"evaluations": lambda wildcards: ["simple-pade", "complex-pade"]},
    },
    "training": eliashberg_training,
    "metrics": eliashberg_metrics_settings,
}
