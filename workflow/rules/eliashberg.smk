# The eliashberg study: what it makes, and its evaluations. Simulating, training, drawing and tabling
# are the same in all studies (steps.smk); what is made of what stands in eliashberg-names.smk.


rule eliashberg:
    input:
        products("eliashberg"),


rule evaluate_eliashberg_data:
    input:
        "results/{scale}/eliashberg/data/{dataset}.h5",
    output:
        "results/{scale}/eliashberg/data/evaluation/{dataset}-data.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/{dataset}-data.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/{dataset}-data.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "taking statistics of eliashberg/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg statistics --settings {params.settings:q} --data {input}"
        " --threads {threads} --output {output} > {log} 2>&1"


rule evaluate_eliashberg_pade:
    input:
        "results/{scale}/eliashberg/data/{dataset}.h5",
    output:
        "results/{scale}/eliashberg/data/evaluation/{dataset}-pade.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/{dataset}-pade.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/{dataset}-pade.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "continuing by Pade: eliashberg/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg pade --settings {params.settings:q} --data {input}"
        " --threads {threads} --output {output} > {log} 2>&1"


rule evaluate_eliashberg_statements:
    input:
        "results/{scale}/eliashberg/data/{dataset}.h5",
    output:
        "results/{scale}/eliashberg/data/evaluation/{dataset}-statements.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/{dataset}-statements.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/{dataset}-statements.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "testing the paper's remarks on eliashberg/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg statements --settings {params.settings:q} --data {input}"
        " --threads {threads} --output {output} > {log} 2>&1"


# Networks that were trained on generated data are tested on them, and pushed forward on the solved.
rule evaluate_eliashberg_network:
    input:
        own=eliashberg_own_data,
        solved="results/{scale}/eliashberg/data/{dataset}.h5",
        network="results/{scale}/eliashberg/models/{network}.safetensors",
    output:
        "results/{scale}/eliashberg/data/evaluation/{dataset}-{network}.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/{dataset}-{network}.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/{dataset}-{network}.benchmark.tsv"
    wildcard_constraints:
        network="(sl|reversed)-.*",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        data=lambda wildcards, input: list(dict.fromkeys([input.own, input.solved])),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "evaluating {wildcards.network} on eliashberg/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg prediction --settings {params.settings:q} --data {params.data}"
        " --network {wildcards.network}={input.network} --threads {threads}"
        " --output {output} > {log} 2>&1"


rule evaluate_eliashberg_autoencoder:
    input:
        data="results/{scale}/eliashberg/data/{dataset}.h5",
        network="results/{scale}/eliashberg/models/{network}.safetensors",
    output:
        "results/{scale}/eliashberg/data/evaluation/{dataset}-{network}.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/{dataset}-{network}.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/{dataset}-{network}.benchmark.tsv"
    wildcard_constraints:
        network="ae-.*",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "evaluating {wildcards.network} on eliashberg/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg autoencoder --settings {params.settings:q} --data {input.data}"
        " --network {wildcards.network}={input.network} --threads {threads}"
        " --output {output} > {log} 2>&1"


rule evaluate_eliashberg_bases:
    input:
        data="results/{scale}/eliashberg/data/simple.h5",
        networks=lambda wildcards: [
            eliashberg_model(wildcards, name) for name in eliashberg_bases(wildcards)
        ],
    output:
        "results/{scale}/eliashberg/data/evaluation/simple-bases.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/simple-bases.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/simple-bases.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        networks=lambda wildcards: eliashberg_models(wildcards, eliashberg_bases(wildcards)),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "looking at the basis functions of networks at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg bases --settings {params.settings:q} --data {input.data}"
        " --network {params.networks} --threads {threads} --output {output} > {log} 2>&1"


rule evaluate_eliashberg_noise:
    input:
        data="results/{scale}/eliashberg/data/complex.h5",
        networks=lambda wildcards: [eliashberg_model(wildcards, name) for name in ELIASHBERG_NOISE],
    output:
        "results/{scale}/eliashberg/data/evaluation/complex-noise.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/complex-noise.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/complex-noise.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "eliashberg"),
        networks=lambda wildcards: eliashberg_models(wildcards, ELIASHBERG_NOISE),
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "testing networks on noisy gap functions at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg noise --settings {params.settings:q} --data {input.data}"
        " --network {params.networks} --threads {threads} --output {output} > {log} 2>&1"


# Steps 3 and 4 of the flow chart: d_L is chosen by validation data, and data are generated with it.
rule evaluate_eliashberg_dimensions:
    input:
        lambda wildcards: [
            evaluation(wildcards, f"complex-{name}", "eliashberg")
            for name in eliashberg_autoencoders(wildcards, f"joint-{wildcards.input}")
        ],
    output:
        "results/{scale}/eliashberg/data/evaluation/complex-dimensions-{input}.h5",
    log:
        "logs/{scale}/eliashberg/evaluate/complex-dimensions-{input}.log",
    benchmark:
        "logs/{scale}/eliashberg/evaluate/complex-dimensions-{input}.benchmark.tsv"
    wildcard_constraints:
        input="gap|dos",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=eliashberg_dimension_settings,
        code=code_of("gapworks.eliashberg.evaluation.evaluations"),
    message:
        "choosing the latent dimension for {wildcards.input} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate eliashberg dimensions --settings {params.settings:q} --data {input}"
        " --output {output} > {log} 2>&1"


rule generate_eliashberg:
    input:
        data="results/{scale}/eliashberg/data/complex.h5",
        choice=eliashberg_choice,
        networks=lambda wildcards: [
            eliashberg_model(wildcards, name) for name in eliashberg_generators(wildcards)
        ],
    output:
        "results/{scale}/eliashberg/data/generated/{transform}-{input}-{latent}.h5",
    log:
        "logs/{scale}/eliashberg/generate/{transform}-{input}-{latent}.log",
    benchmark:
        "logs/{scale}/eliashberg/generate/{transform}-{input}-{latent}.benchmark.tsv"
    wildcard_constraints:
        transform="joint|separate",
        input="gap|dos",
        latent=r"\d+|chosen",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=eliashberg_generation_settings,
        networks=lambda wildcards: eliashberg_models(wildcards, eliashberg_generators(wildcards)),
        code=code_of("gapworks.eliashberg.learning.generation"),
    message:
        "generating data with d_L = {wildcards.latent} ({wildcards.transform}, {wildcards.input}) at scale {wildcards.scale}"
    shell:
        "exec gapworks generate eliashberg --settings {params.settings:q} --data {input.data} {input.choice}"
        " --network {params.networks} --threads {threads} --output {output} > {log} 2>&1"
