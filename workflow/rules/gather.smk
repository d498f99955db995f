# One gather for all studies: verifies every shard as it reads and refuses a bad one by name.


rule gather:
    input:
        shards,
    output:
        "results/{scale}/{study}/data/{dataset}.h5",
    log:
        "logs/{scale}/{study}/gather/{dataset}.log",
    benchmark:
        "logs/{scale}/{study}/gather/{dataset}.benchmark.tsv"
    # Networks wait for it.
    priority: 2
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(15),
    params:
        settings=lambda wildcards: simulation_settings(wildcards, wildcards.study),
        samples=lambda wildcards: samples(wildcards),
        shard_size=lambda wildcards: getattr(scale(wildcards), wildcards.study).shard_size,
        # Derived, as max_failed_share: what is gathered already stays.
        mixed_code=lambda wildcards, output: "--mixed-code" * scale(wildcards).mixed_code,
        # From the path, not from the input: thousands of names would not fit a command line.
        folder="results/{scale}/{study}/shards/{dataset}",
    message:
        "gathering {wildcards.study}/{wildcards.dataset} at scale {wildcards.scale}"
    shell:
        "exec gapworks gather {wildcards.study} --settings {params.settings:q}"
        " --folder {params.folder} --samples {params.samples} --shard-size {params.shard_size}"
        " {params.mixed_code} --output {output} > {log} 2>&1"
