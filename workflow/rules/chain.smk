# The chain study: simulate -> gather -> evaluate -> figures, tables.

# Each figure: the evaluations it is drawn from and the keys of chain.figures that it uses.
CHAIN_FIGURES = {
    "fig1": (["train-bdg"], []),
    "fig3": (["test-bdg"], []),
    "fig4": (["test-bdg"], ["profile_strengths"]),
    "fig5": (["test-bdg"], ["correlation_strengths", "correlation_distance"]),
    "fig7": (["test-bdg", "hartree_none-bdg", "hartree_literal-bdg"], []),
}
CHAIN_TABLES = {"disorder": ["test-bdg"]}


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
            table=CHAIN_TABLES,
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
        mem_mb=growing(1000),
        runtime=growing(15),
    params:
        settings=lambda wildcards: as_json(
            scale(wildcards).chain.evaluation.model_dump(mode="json")
        ),
        code=code_digest("gapworks.chain.evaluation"),
    message:
        "evaluating chain/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "gapworks evaluate chain --settings {params.settings:q} --data {input}"
        " --output {output} > {log} 2>&1"


rule figure_chain:
    input:
        lambda wildcards: evaluations("chain", CHAIN_FIGURES[wildcards.figure][0]),
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
        lambda wildcards: evaluations("chain", CHAIN_TABLES[wildcards.table]),
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
