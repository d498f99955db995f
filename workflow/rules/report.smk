# What `snakemake --report report.zip` shows around the figures and tables.


report: "../report/workflow.rst"


# The text of the claims is a parameter, not an input: a fresh clone has it with a new date.
rule claims:
    input:
        "results/{scale}/{study}/data/metrics.json",
    output:
        report(
            "results/{scale}/{study}/tables/claims.csv",
            caption="../report/claims.rst",
            category="{study}",
            subcategory="tables",
            labels={"scale": "{scale}", "table": "claims"},
        ),
        "results/{scale}/{study}/tables/claims.tex",
    log:
        "logs/{scale}/{study}/table/claims.log",
    benchmark:
        "logs/{scale}/{study}/table/claims.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        claims=CLAIMS,
        said=digest(CLAIMS),
        code=code_digest("gapworks.reproduction"),
    message:
        "setting the papers' claims beside ours: {wildcards.study} at scale {wildcards.scale}"
    shell:
        "gapworks claims --claims {params.claims:q} --metrics {input} --output {output}"
        " > {log} 2>&1"
