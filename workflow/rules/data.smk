# Data: samples simulated in shards, shards gathered into data sets, data sets that networks make.
#
# `exec`, in all rules: Slurm's signals go to every process of a job. A shell dies of SIGTERM at once,
# and its end ends the job: a command that stands in the shell's place has the time to leave nothing
# behind.

# Snakemake's Slurm plugin takes any job with the resource `mpi` for an MPI job, so one rank has rules
# of its own; a scale belongs to one kind; (?!) matches nothing.
WITH_MPI = "|".join(map(re.escape, filter(wants_ranks, SCALES))) or "(?!)"
WITHOUT_MPI = rf"(?!(?:{WITH_MPI})/)[^/]+"


rule simulate:
    output:
        "results/{scale}/{study}/shards/{dataset}/{start}-{stop}.h5",
    log:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.log",
    benchmark:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.benchmark.tsv"
    wildcard_constraints:
        study=OTHERS,
    priority: urgent(0)
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=simulation_settings,
        # A derived value, because the function takes `output`: it decides no content, and no
        # shard is made again when it changes.
        max_failed_share=lambda wildcards, output: plan(wildcards).scale.config.max_failed_share,
    message:
        "simulating {wildcards.study}/{wildcards.dataset} {wildcards.start}-{wildcards.stop}"
        " at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks simulate {wildcards.study} --settings {params.settings:q}"
        " --max-failed-share {params.max_failed_share} --threads {threads}"
        " --start {wildcards.start} --stop {wildcards.stop} --output {output} > {log} 2>&1"


use rule simulate as simulate_qpi with:
    wildcard_constraints:
        study=LARGE,
        scale=WITHOUT_MPI,


# What the longest job waits for comes first; on a laptop this decides when all is done.
use rule simulate_qpi as simulate_qpi_first with:
    wildcard_constraints:
        study=LARGE,
        scale=WITHOUT_MPI,
        dataset="train|validation",
    priority: urgent(2)


# Then what the second longest waits for.
use rule simulate_qpi as simulate_qpi_second with:
    wildcard_constraints:
        study=LARGE,
        scale=WITHOUT_MPI,
        dataset="literal_train|literal_validation",
    priority: urgent(1)


ruleorder: simulate_qpi_first > simulate_qpi_second > simulate_qpi


# The text of the command, which names the one study with ranks, stays as it is: shards are made again
# when it changes.
rule simulate_qpi_mpi:
    output:
        "results/{scale}/{study}/shards/{dataset}/{start}-{stop}.h5",
    log:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.log",
    benchmark:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.benchmark.tsv"
    wildcard_constraints:
        study="qpi",
        scale=WITH_MPI,
    priority: urgent(0)
    conda:
        "../../envs/gapworks.yaml"
    threads: ranks
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt * (1 + ranks(wildcards)),
        runtime=growing(60),
        tasks=ranks,
        cpus_per_task=1,
        mpi="mpiexec",
    params:
        settings=simulation_settings,
        # Derived from `output`, as above: a changed share makes no shard again.
        max_failed_share=lambda wildcards, output: plan(wildcards).scale.config.max_failed_share,
    message:
        "simulating qpi/{wildcards.dataset} {wildcards.start}-{wildcards.stop}"
        " at scale {wildcards.scale} on {resources.tasks} ranks; log: {log}"
    shell:
        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1"
        " exec {resources.mpi} -n {resources.tasks} gapworks simulate qpi --ranks {resources.tasks}"
        " --settings {params.settings:q} --max-failed-share {params.max_failed_share}"
        " --threads 1 --start {wildcards.start}"
        " --stop {wildcards.stop} --output {output} > {log} 2>&1"


# Verifies every shard as it reads and refuses a bad one by name.
rule gather:
    input:
        planned(lambda plan, wildcards: plan.shards(wildcards.dataset)),
    output:
        "results/{scale}/{study}/data/{dataset}.h5",
    log:
        "logs/{scale}/{study}/gather/{dataset}.log",
    benchmark:
        "logs/{scale}/{study}/gather/{dataset}.benchmark.tsv"
    # Networks wait for it.
    priority: urgent(2)
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(15),
    params:
        settings=planned(
            lambda plan, wildcards: plan.simulation(wildcards.dataset).canonical_json()
        ),
        samples=planned(lambda plan, wildcards: plan.samples(wildcards.dataset)),
        shard_size=lambda wildcards: plan(wildcards).scale.config.shard_size,
        # Derived, as max_failed_share: what is gathered already stays.
        mixed_code=lambda wildcards, output: "--mixed-code" * scale(wildcards).mixed_code,
        # From the path, not from the input: thousands of names would not fit a command line.
        folder="results/{scale}/{study}/shards/{dataset}",
    message:
        "gathering {wildcards.study}/{wildcards.dataset} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks gather {wildcards.study} --settings {params.settings:q}"
        " --folder {params.folder} --samples {params.samples} --shard-size {params.shard_size}"
        " {params.mixed_code} --output {output} > {log} 2>&1"


# A study's networks make data of its data (Study.generated).
rule generate:
    input:
        planned(lambda plan, wildcards: plan.files(wildcards.generated, "generated")),
    output:
        "results/{scale}/{study}/data/generated/{generated}.h5",
    log:
        "logs/{scale}/{study}/generate/{generated}.log",
    benchmark:
        "logs/{scale}/{study}/generate/{generated}.benchmark.tsv"
    wildcard_constraints:
        generated=generated_pattern(),
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=planned(lambda plan, wildcards: plan.settings(wildcards.generated, "generated")),
        given=planned(lambda plan, wildcards: plan.arguments(wildcards.generated, "generated")),
        code=code_of(lambda plan, wildcards: plan.module(wildcards.generated, "generated")),
    message:
        "generating {wildcards.study}/{wildcards.generated} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks generate {wildcards.study} {wildcards.generated} --settings {params.settings:q}"
        " {params.given} --threads {threads} --output {output} > {log} 2>&1"
