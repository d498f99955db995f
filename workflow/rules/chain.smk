# The chain study: simulate -> gather -> train -> evaluate -> figures, tables.
# What each figure and table is made of stands in chain-names.smk.


rule chain:
    input:
        expand(
            "results/{scale}/chain/figures/{figure}.{format}",
            scale=DEFAULT_SCALE,
            figure=CHAIN_FIGURES,
            format=["pdf", "png"],
        ),
        expand(
            "results/{scale}/chain/tables/{table}.{format}",
            scale=DEFAULT_SCALE,
            table=[*CHAIN_TABLES, "claims"],
            format=["csv", "tex"],
        ),


rule simulate_chain:
    output:
        "results/{scale}/chain/shards/{dataset}/{start}-{stop}.h5",
    log:
        "logs/{scale}/chain/simulate/{dataset}/{start}-{stop}.log",
    benchmark:
        "logs/{scale}/chain/simulate/{dataset}/{start}-{stop}.benchmark.tsv"
    wildcard_constraints:
        start=r"\d+",
        stop=r"\d+",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(15),
    params:
        settings=lambda wildcards: simulation_settings(wildcards, "chain"),
    message:
        "simulating chain/{wildcards.dataset} {wildcards.start}-{wildcards.stop}"
        " at scale {wildcards.scale}"
    shell:
        "gapworks simulate chain --settings {params.settings:q} --threads {threads}"
        " --start {wildcards.start} --stop {wildcards.stop} --output {output} > {log} 2>&1"


# A network's name says what it is: window-r8-n220 sees 8 sites to each side and was trained on 220
# realizations per V0. The checkpoint beside it is no output: it must outlive a failed job.
rule train_chain:
    input:
        data=lambda wildcards: (
            "results/{scale}/chain/data/surrogate.h5"
            if wildcards.network == "surrogate"
            else "results/{scale}/chain/data/train.h5"
        ),
        validation="results/{scale}/chain/data/validation.h5",
    output:
        weights="results/{scale}/chain/models/{network}.safetensors",
        card="results/{scale}/chain/models/{network}.json",
    log:
        "logs/{scale}/chain/train/{network}.log",
    benchmark:
        "logs/{scale}/chain/train/{network}.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        settings=lambda wildcards: chain_training_settings(wildcards),
        code=code_digest("gapworks.chain.training"),
    message:
        "training chain network {wildcards.network} at scale {wildcards.scale}"
    shell:
        "gapworks train chain --settings {params.settings:q} --threads {threads}"
        " --data {input.data} --validation {input.validation} --output {output.weights}"
        " > {log} 2>&1"


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
        settings=lambda wildcards: as_json(
            scale(wildcards).chain.evaluation.model_dump(mode="json")
        ),
        code=code_digest("gapworks.chain.evaluation"),
    message:
        "evaluating chain/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "gapworks evaluate chain statistics --settings {params.settings:q} --data {input}"
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
        settings=lambda wildcards: as_json(
            scale(wildcards).chain.evaluation.model_dump(mode="json")
        ),
        code=code_digest("gapworks.chain.evaluation"),
    message:
        "evaluating {wildcards.network} on chain/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "gapworks evaluate chain statistics --settings {params.settings:q}"
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
        code=code_digest("gapworks.chain.evaluation"),
    message:
        "finding the irreducible error of windows at scale {wildcards.scale}"
    shell:
        "gapworks evaluate chain floor --settings {params.settings:q} --threads {threads}"
        " --output {output} > {log} 2>&1"


# Times are those of one core; the job takes all that there are (Snakemake cuts threads down to
# them), so that nothing else runs beside it.
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
    threads: 64
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=chain_cost_settings,
        networks=lambda wildcards: [
            f"{name}={chain_model(wildcards, name)}" for name in chain_networks(wildcards)
        ],
        code=code_digest("gapworks.chain.evaluation"),
    message:
        "timing solvers and networks at scale {wildcards.scale}"
    shell:
        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1"
        " gapworks evaluate chain cost --settings {params.settings:q} --threads 1"
        " --network {params.networks} --output {output} > {log} 2>&1"


rule figure_chain:
    input:
        lambda wildcards: evaluations("chain", CHAIN_FIGURES[wildcards.figure][0](wildcards)),
    output:
        report(
            "results/{scale}/chain/figures/{figure}.pdf",
            caption="../report/chain-figures.rst",
            category="chain",
            subcategory="figures",
            labels={"scale": "{scale}", "figure": "{figure}", "format": "pdf"},
        ),
        report(
            "results/{scale}/chain/figures/{figure}.png",
            caption="../report/chain-figures.rst",
            category="chain",
            subcategory="figures",
            labels={"scale": "{scale}", "figure": "{figure}", "format": "png"},
        ),
    log:
        "logs/{scale}/chain/figure/{figure}.log",
    benchmark:
        "logs/{scale}/chain/figure/{figure}.benchmark.tsv"
    wildcard_constraints:
        figure="|".join(CHAIN_FIGURES),
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=lambda wildcards: figure_settings(
            wildcards, "chain", CHAIN_FIGURES[wildcards.figure][1]
        ),
        code=code_digest("gapworks.chain.figures"),
    message:
        "drawing chain {wildcards.figure} at scale {wildcards.scale}"
    shell:
        "gapworks figure chain {wildcards.figure} --settings {params.settings:q}"
        " --evaluation {input} --output {output} > {log} 2>&1"


rule table_chain:
    input:
        lambda wildcards: evaluations("chain", CHAIN_TABLES[wildcards.table](wildcards)),
    output:
        report(
            "results/{scale}/chain/tables/{table}.csv",
            caption="../report/chain-tables.rst",
            category="chain",
            subcategory="tables",
            labels={"scale": "{scale}", "table": "{table}"},
        ),
        "results/{scale}/chain/tables/{table}.tex",
    log:
        "logs/{scale}/chain/table/{table}.log",
    benchmark:
        "logs/{scale}/chain/table/{table}.benchmark.tsv"
    wildcard_constraints:
        table="|".join(CHAIN_TABLES),
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code_digest("gapworks.chain.tables"),
    message:
        "writing chain table {wildcards.table} at scale {wildcards.scale}"
    shell:
        "gapworks table chain {wildcards.table} --settings '{{}}'"
        " --evaluation {input} --output {output} > {log} 2>&1"


rule metrics_chain:
    input:
        lambda wildcards: evaluations("chain", chain_evaluations(wildcards)),
    output:
        "results/{scale}/chain/data/metrics.json",
    log:
        "logs/{scale}/chain/metrics.log",
    benchmark:
        "logs/{scale}/chain/metrics.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=lambda wildcards: as_json(
            {
                "network": chain_network(wildcards),
                "filling": scale(wildcards).chain.physics.filling,
            }
        ),
        code=code_digest("gapworks.chain.metrics"),
    message:
        "taking the metrics of the chain study at scale {wildcards.scale}"
    shell:
        "gapworks metrics chain --settings {params.settings:q} --scale {wildcards.scale}"
        " --evaluation {input} --output {output} > {log} 2>&1"
