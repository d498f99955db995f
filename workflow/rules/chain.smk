# The chain study: what it makes, and its evaluations. Simulating, training, drawing and tabling are
# the same in all studies (steps.smk); what a figure or table is made of stands in chain-names.smk.


rule chain:
    input:
        products("chain"),


rule evaluate_chain:
    input:
        "results/{scale}/chain/data/{dataset}.h5",
    output:
        "results/{scale}/chain/data/evaluation/{dataset}-bdg.h5",
    log:
        "logs/{scale}/chain/evaluate/{dataset}-bdg.log",
    benchmark:
        "logs/{scale}/chain/evaluate/{dataset}-bdg.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "chain"),
        code=code_of("gapworks.chain.evaluation.evaluations"),
    message:
        "evaluating chain/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate chain statistics --settings {params.settings:q} --data {input}"
        " --output {output} > {log} 2>&1"


rule evaluate_chain_network:
    input:
        data="results/{scale}/chain/data/{dataset}.h5",
        train="results/{scale}/chain/data/train.h5",
        network="results/{scale}/chain/models/{network}.safetensors",
    output:
        "results/{scale}/chain/data/evaluation/{dataset}-{network}.h5",
    log:
        "logs/{scale}/chain/evaluate/{dataset}-{network}.log",
    benchmark:
        "logs/{scale}/chain/evaluate/{dataset}-{network}.benchmark.tsv"
    wildcard_constraints:
        network="surrogate|window-.*",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=lambda wildcards: evaluation_settings(wildcards, "chain"),
        code=code_of("gapworks.chain.evaluation.evaluations"),
    message:
        "evaluating {wildcards.network} on chain/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate chain statistics --settings {params.settings:q}"
        " --data {input.data} {input.train} --network {wildcards.network}={input.network} --threads {threads}"
        " --output {output} > {log} 2>&1"


rule floor_chain:
    output:
        "results/{scale}/chain/data/evaluation/floor.h5",
    log:
        "logs/{scale}/chain/evaluate/floor.log",
    benchmark:
        "logs/{scale}/chain/evaluate/floor.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=chain_floor_settings,
        code=code_of("gapworks.chain.evaluation.evaluations"),
    message:
        "finding the irreducible error of windows at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate chain floor --settings {params.settings:q} --threads {threads}"
        " --output {output} > {log} 2>&1"


rule cost_chain:
    input:
        lambda wildcards: [chain_model(wildcards, name) for name in chain_networks(wildcards)],
    output:
        "results/{scale}/chain/data/evaluation/cost.h5",
    log:
        "logs/{scale}/chain/evaluate/cost.log",
    benchmark:
        "logs/{scale}/chain/evaluate/cost.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=chain_cost_settings("repeats"),
        networks=lambda wildcards: [
            f"{name}={chain_model(wildcards, name)}" for name in chain_networks(wildcards)
        ],
        code=code_of("gapworks.chain.evaluation.evaluations"),
    message:
        "comparing solvers and networks at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate chain cost --settings {params.settings:q} --threads {threads}"
        " --network {params.networks} --output {output} > {log} 2>&1"


# The one evaluation that comes out otherwise in every run. Times are those of one core; the job
# takes all that there are (Snakemake cuts threads down to them), so that nothing else runs beside it.
rule timing_chain:
    input:
        lambda wildcards: [chain_model(wildcards, name) for name in chain_networks(wildcards)],
    output:
        "results/{scale}/chain/data/evaluation/timing.h5",
    log:
        "logs/{scale}/chain/evaluate/timing.log",
    benchmark:
        "logs/{scale}/chain/evaluate/timing.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 64
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=chain_cost_settings(),
        networks=lambda wildcards: [
            f"{name}={chain_model(wildcards, name)}" for name in chain_networks(wildcards)
        ],
        code=code_of("gapworks.chain.evaluation.evaluations"),
    message:
        "timing solvers and networks at scale {wildcards.scale}"
    shell:
        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1"
        " exec gapworks evaluate chain timing --settings {params.settings:q} --threads 1"
        " --network {params.networks} --output {output} > {log} 2>&1"
