# The qpi study: what it makes, its trainings and its evaluations. Data: qpi-simulate.smk; drawing
# and tabling are the same in all studies (steps.smk).


rule qpi:
    input:
        products("qpi"),


# The large networks want a graphics card: profiles/slurm/config.yaml has the lines to uncomment.
use rule train as train_qpi with:
    wildcard_constraints:
        study="qpi",
    resources:
        mem_mb=growing(6000),
        runtime=growing(600),


rule evaluate_qpi_network:
    input:
        data="results/{scale}/qpi/data/{dataset}.h5",
        network="results/{scale}/qpi/models/{network}.safetensors",
    output:
        "results/{scale}/qpi/data/evaluation/{dataset}-{network}.h5",
    log:
        "logs/{scale}/qpi/evaluate/{dataset}-{network}.log",
    benchmark:
        "logs/{scale}/qpi/evaluate/{dataset}-{network}.benchmark.tsv"
    wildcard_constraints:
        network="(?:vgg16|convnext|small)-(?:converged|literal)",
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=qpi_evaluation_settings("seed", "evaluation"),
        code=code_of("gapworks.qpi.evaluation.evaluations"),
    message:
        "evaluating {wildcards.network} on qpi/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate qpi network --settings {params.settings:q} --data {input.data}"
        " --network {wildcards.network}={input.network} --threads {threads} --output {output}"
        " > {log} 2>&1"


rule symmetry_qpi:
    input:
        "results/{scale}/qpi/data/train.h5",
        "results/{scale}/qpi/data/test.h5",
    output:
        "results/{scale}/qpi/data/evaluation/symmetry.h5",
    log:
        "logs/{scale}/qpi/evaluate/symmetry.log",
    benchmark:
        "logs/{scale}/qpi/evaluate/symmetry.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=qpi_evaluation_settings("seed", "evaluation", "inputs"),
        code=code_of("gapworks.qpi.evaluation.evaluations"),
    message:
        "telling Eu from A12u by symmetry at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate qpi symmetry --settings {params.settings:q} --data {input}"
        " --threads {threads} --output {output} > {log} 2>&1"


rule statements_qpi:
    output:
        "results/{scale}/qpi/data/evaluation/statements.h5",
    log:
        "logs/{scale}/qpi/evaluate/statements.log",
    benchmark:
        "logs/{scale}/qpi/evaluate/statements.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        settings=qpi_evaluation_settings("seed", "physics", "statements", "radius"),
        code=code_of("gapworks.qpi.evaluation.statements"),
    message:
        "measuring what images can tell at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate qpi statements --settings {params.settings:q} --threads {threads}"
        " --output {output} > {log} 2>&1"


rule examples_qpi:
    input:
        "results/{scale}/qpi/data/literal_test.h5",
        "results/{scale}/qpi/data/literal_converged.h5",
    output:
        "results/{scale}/qpi/data/evaluation/examples.h5",
    log:
        "logs/{scale}/qpi/evaluate/examples.log",
    benchmark:
        "logs/{scale}/qpi/evaluate/examples.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=qpi_evaluation_settings("radius"),
        code=code_of("gapworks.qpi.evaluation.examples"),
    message:
        "comparing the paper's grid with converged images at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate qpi examples --settings {params.settings:q} --data {input}"
        " --output {output} > {log} 2>&1"


rule model_qpi:
    output:
        "results/{scale}/qpi/data/evaluation/model.h5",
    log:
        "logs/{scale}/qpi/evaluate/model.log",
    benchmark:
        "logs/{scale}/qpi/evaluate/model.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=qpi_model_settings,
        code=code_of("gapworks.qpi.evaluation.normal_state"),
    message:
        "computing bands at scale {wildcards.scale}"
    shell:
        "exec gapworks evaluate qpi model --settings {params.settings:q} --output {output}"
        " > {log} 2>&1"
