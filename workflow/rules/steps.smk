# The steps that are the same in all studies. What a study's figures, tables and networks are made
# of stands in its own <study>-names.smk, which registers itself in NAMES.
#
# `exec`, in all rules: Slurm's signals go to every process of a job. A shell dies of SIGTERM at once,
# and its end ends the job: a command that stands in the shell's place has the time to leave nothing
# behind.


rule simulate:
    output:
        "results/{scale}/{study}/shards/{dataset}/{start}-{stop}.h5",
    log:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.log",
    benchmark:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.benchmark.tsv"
    wildcard_constraints:
        study="chain|eliashberg",
        start=r"\d+",
        stop=r"\d+",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=lambda wildcards: simulation_settings(wildcards, wildcards.study),
        # A derived value, because the function takes `output`: it decides no content, and no
        # shard is made again when it changes.
        max_failed_share=lambda wildcards, output: max_failed_share(wildcards),
    message:
        "simulating {wildcards.study}/{wildcards.dataset} {wildcards.start}-{wildcards.stop}"
        " at scale {wildcards.scale}"
    shell:
        "exec gapworks simulate {wildcards.study} --settings {params.settings:q}"
        " --max-failed-share {params.max_failed_share} --threads {threads}"
        " --start {wildcards.start} --stop {wildcards.stop} --output {output} > {log} 2>&1"


# The checkpoint beside the weights is no output: it must outlive a failed job.
rule train:
    input:
        data=lambda wildcards: training(wildcards)["data"],
        validation=lambda wildcards: training(wildcards)["validation"],
    output:
        weights="results/{scale}/{study}/models/{network}.safetensors",
        card="results/{scale}/{study}/models/{network}.json",
    log:
        "logs/{scale}/{study}/train/{network}.log",
    benchmark:
        "logs/{scale}/{study}/train/{network}.benchmark.tsv"
    wildcard_constraints:
        study="chain|eliashberg",
    # The longest jobs: begun as soon as they can, others run beside them.
    priority: 1
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        settings=lambda wildcards: as_json(training(wildcards)["settings"]),
        code=code_of("gapworks.{study}.learning.training"),
    message:
        "training {wildcards.study} network {wildcards.network} at scale {wildcards.scale}"
    shell:
        "exec gapworks train {wildcards.study} --settings {params.settings:q} --threads {threads}"
        " --data {input.data} --validation {input.validation} --output {output.weights}"
        " > {log} 2>&1"


rule figure:
    input:
        lambda wildcards: evaluations(wildcards, "figures", wildcards.figure),
    output:
        report(
            "results/{scale}/{study}/figures/{figure}.pdf",
            caption="../report/figures.rst",
            category="{study}",
            subcategory="figures",
            labels={"scale": "{scale}", "figure": "{figure}", "format": "pdf"},
        ),
        report(
            "results/{scale}/{study}/figures/{figure}.png",
            caption="../report/figures.rst",
            category="{study}",
            subcategory="figures",
            labels={"scale": "{scale}", "figure": "{figure}", "format": "png"},
        ),
    log:
        "logs/{scale}/{study}/figure/{figure}.log",
    benchmark:
        "logs/{scale}/{study}/figure/{figure}.benchmark.tsv"
    wildcard_constraints:
        figure=any_of("figures"),
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=lambda wildcards: figure_settings(wildcards),
        code=code_of("gapworks.{study}.paper.figures"),
    message:
        "drawing {wildcards.study} {wildcards.figure} at scale {wildcards.scale}"
    shell:
        "exec gapworks figure {wildcards.study} {wildcards.figure} --settings {params.settings:q}"
        " --evaluation {input} --output {output} > {log} 2>&1"


rule table:
    input:
        lambda wildcards: evaluations(wildcards, "tables", wildcards.table),
    output:
        report(
            "results/{scale}/{study}/tables/{table}.csv",
            caption="../report/tables.rst",
            category="{study}",
            subcategory="tables",
            labels={"scale": "{scale}", "table": "{table}"},
        ),
        "results/{scale}/{study}/tables/{table}.tex",
    log:
        "logs/{scale}/{study}/table/{table}.log",
    benchmark:
        "logs/{scale}/{study}/table/{table}.benchmark.tsv"
    wildcard_constraints:
        table=any_of("tables"),
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code_of("gapworks.{study}.paper.tables", "gapworks.plotting.table"),
    message:
        "writing {wildcards.study} table {wildcards.table} at scale {wildcards.scale}"
    shell:
        "exec gapworks table {wildcards.study} {wildcards.table} --settings '{{}}'"
        " --evaluation {input} --output {output} > {log} 2>&1"


# Metrics and claims that come of wall times stand in files of their own, `-timing`: these differ in
# every run, all others come out the same to the bit.
rule metrics:
    input:
        lambda wildcards: all_evaluations(wildcards),
    output:
        "results/{scale}/{study}/data/metrics{timing}.json",
    log:
        "logs/{scale}/{study}/metrics{timing}.log",
    benchmark:
        "logs/{scale}/{study}/metrics{timing}.benchmark.tsv"
    wildcard_constraints:
        timing="(?:-timing)?",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=lambda wildcards: metrics_settings(wildcards),
        timing=lambda wildcards: "--timing" if wildcards.timing else "",
        code=code_of("gapworks.{study}.paper.metrics", "gapworks.reproduction"),
    message:
        "taking the metrics{wildcards.timing} of {wildcards.study} at scale {wildcards.scale}"
    shell:
        "exec gapworks metrics {wildcards.study} --settings {params.settings:q} --scale {wildcards.scale}"
        " {params.timing} --evaluation {input} --output {output} > {log} 2>&1"


# The text of the claims is a parameter, not an input: a fresh clone has it with a new date.
rule claims:
    input:
        "results/{scale}/{study}/data/metrics{timing}.json",
    output:
        report(
            "results/{scale}/{study}/tables/claims{timing}.csv",
            caption="../report/claims.rst",
            category="{study}",
            subcategory="tables",
            labels={"scale": "{scale}", "table": "claims{timing}"},
        ),
        "results/{scale}/{study}/tables/claims{timing}.tex",
    log:
        "logs/{scale}/{study}/table/claims{timing}.log",
    benchmark:
        "logs/{scale}/{study}/table/claims{timing}.benchmark.tsv"
    wildcard_constraints:
        timing="(?:-timing)?",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        # Derived from `output`, as above: the same text in another clone is no reason.
        claims=lambda wildcards, output: CLAIMS,
        said=digest(CLAIMS),
        code=code_of("gapworks.reproduction", "gapworks.plotting.table"),
    message:
        "setting the papers' claims{wildcards.timing} beside ours: {wildcards.study} at scale {wildcards.scale}"
    shell:
        "exec gapworks claims --claims {params.claims:q} --metrics {input} --output {output}"
        " > {log} 2>&1"
