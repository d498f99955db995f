# Learning: networks trained on gathered data.


# The checkpoint beside the weights is no output: it must outlive a failed job.
rule train:
    input:
        data=planned(lambda plan, wildcards: plan.training(wildcards.network)["data"]),
        validation=planned(lambda plan, wildcards: plan.training(wildcards.network)["validation"]),
    output:
        weights="results/{scale}/{study}/models/{network}.safetensors",
        card="results/{scale}/{study}/models/{network}.json",
    log:
        "logs/{scale}/{study}/train/{network}.log",
    benchmark:
        "logs/{scale}/{study}/train/{network}.benchmark.tsv"
    wildcard_constraints:
        study=OTHERS,
    # The longest jobs: begun as soon as they can, others run beside them.
    priority: 1
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        settings=planned(lambda plan, wildcards: plan.training(wildcards.network)["settings"]),
        code=code_of(lambda plan, wildcards: plan.study.module("learning.training")),
    message:
        "training {wildcards.study} network {wildcards.network} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks train {wildcards.study} --settings {params.settings:q} --threads {threads}"
        " --data {input.data} --validation {input.validation} --output {output.weights}"
        " > {log} 2>&1"


# The large networks want a graphics card: profiles/slurm/config.yaml has the lines to uncomment.
use rule train as train_qpi with:
    wildcard_constraints:
        study=LARGE,
    resources:
        mem_mb=growing(6000),
        runtime=growing(600),
