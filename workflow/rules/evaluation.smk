# Evaluations: one file each, by what they cost (Step.cost in each study's study.py).


# Of minutes.
rule evaluate_light:
    input:
        planned(lambda plan, wildcards: plan.files(wildcards.evaluation)),
    output:
        "results/{scale}/{study}/data/evaluation/{evaluation}.h5",
    log:
        "logs/{scale}/{study}/evaluate/{evaluation}.log",
    benchmark:
        "logs/{scale}/{study}/evaluate/{evaluation}.benchmark.tsv"
    wildcard_constraints:
        evaluation=pattern("light"),
    priority: urgent(0)
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=planned(lambda plan, wildcards: plan.settings(wildcards.evaluation)),
        given=planned(lambda plan, wildcards: plan.arguments(wildcards.evaluation)),
        code=code_of(lambda plan, wildcards: plan.module(wildcards.evaluation)),
    message:
        "evaluating {wildcards.study}/{wildcards.evaluation} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks evaluate {wildcards.study} {wildcards.evaluation} --settings {params.settings:q}"
        " {params.given} --threads {threads} --output {output} > {log} 2>&1"


# Of up to hours.
use rule evaluate_light as evaluate_heavy with:
    wildcard_constraints:
        evaluation=pattern("heavy"),
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),


# Wall times, those of one core: the one kind that comes out otherwise in every run. The job takes all
# cores that there are (Snakemake cuts threads down to them), so that nothing else runs beside it.
rule evaluate_alone:
    input:
        planned(lambda plan, wildcards: plan.files(wildcards.evaluation)),
    output:
        "results/{scale}/{study}/data/evaluation/{evaluation}.h5",
    log:
        "logs/{scale}/{study}/evaluate/{evaluation}.log",
    benchmark:
        "logs/{scale}/{study}/evaluate/{evaluation}.benchmark.tsv"
    wildcard_constraints:
        evaluation=pattern("alone"),
    conda:
        "../../envs/gapworks.yaml"
    threads: 64
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=planned(lambda plan, wildcards: plan.settings(wildcards.evaluation)),
        given=planned(lambda plan, wildcards: plan.arguments(wildcards.evaluation)),
        code=code_of(lambda plan, wildcards: plan.module(wildcards.evaluation)),
    message:
        "evaluating {wildcards.study}/{wildcards.evaluation} at scale {wildcards.scale}; log: {log}"
    shell:
        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1"
        " exec gapworks evaluate {wildcards.study} {wildcards.evaluation} --settings {params.settings:q}"
        " {params.given} --threads 1 --output {output} > {log} 2>&1"
