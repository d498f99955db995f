# Simulating for the qpi study. Snakemake's Slurm plugin takes any job with the resource `mpi` for an
# MPI job, so one rank has a rule of its own; a scale belongs to one of the two (qpi.ranks).


use rule simulate as simulate_qpi with:
    wildcard_constraints:
        study="qpi",
        scale=QPI_WITHOUT_MPI,
        start=r"\d+",
        stop=r"\d+",
    params:
        settings=qpi_simulation_settings,
        # Derived from `output`, as in steps.smk: a changed share makes no shard again.
        max_failed_share=lambda wildcards, output: max_failed_share(wildcards),


# What the longest job waits for comes first; on a laptop this decides when all is done.
use rule simulate_qpi as simulate_qpi_first with:
    wildcard_constraints:
        study="qpi",
        scale=QPI_WITHOUT_MPI,
        dataset="train|validation",
        start=r"\d+",
        stop=r"\d+",
    priority: 2


# Then what the second longest waits for.
use rule simulate_qpi as simulate_qpi_second with:
    wildcard_constraints:
        study="qpi",
        scale=QPI_WITHOUT_MPI,
        dataset="literal_train|literal_validation",
        start=r"\d+",
        stop=r"\d+",
    priority: 1


ruleorder: simulate_qpi_first > simulate_qpi_second > simulate_qpi


rule simulate_qpi_mpi:
    output:
        "results/{scale}/{study}/shards/{dataset}/{start}-{stop}.h5",
    log:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.log",
    benchmark:
        "logs/{scale}/{study}/simulate/{dataset}/{start}-{stop}.benchmark.tsv"
    wildcard_constraints:
        study="qpi",
        scale=QPI_WITH_MPI,
        start=r"\d+",
        stop=r"\d+",
    conda:
        "../../envs/gapworks.yaml"
    threads: qpi_ranks
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt * (1 + qpi_ranks(wildcards)),
        runtime=growing(60),
        tasks=qpi_ranks,
        cpus_per_task=1,
        mpi="mpiexec",
    params:
        settings=qpi_simulation_settings,
        # Derived from `output`, as in steps.smk: a changed share makes no shard again.
        max_failed_share=lambda wildcards, output: max_failed_share(wildcards),
    message:
        "simulating qpi/{wildcards.dataset} {wildcards.start}-{wildcards.stop}"
        " at scale {wildcards.scale} on {resources.tasks} ranks"
    shell:
        "OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1"
        " exec {resources.mpi} -n {resources.tasks} gapworks simulate qpi --ranks {resources.tasks}"
        " --settings {params.settings:q} --max-failed-share {params.max_failed_share}"
        " --threads 1 --start {wildcards.start}"
        " --stop {wildcards.stop} --output {output} > {log} 2>&1"
