# The papers: figures and tables of evaluations, metrics, claims; the report.


report: "../report/workflow.rst"


rule figure:
    input:
        planned(lambda plan, wildcards: plan.exhibited_files("figures", wildcards.figure)),
    output:
        report(
            "results/{scale}/{study}/figures/{figure}.pdf",
            caption="../report/figures.rst",
            category="{study}",
            subcategory="figures",
            labels=labelled("figures", "{figure}", format="pdf"),
        ),
        report(
            "results/{scale}/{study}/figures/{figure}.png",
            caption="../report/figures.rst",
            category="{study}",
            subcategory="figures",
            labels=labelled("figures", "{figure}", format="png"),
        ),
    log:
        "logs/{scale}/{study}/figure/{figure}.log",
    benchmark:
        "logs/{scale}/{study}/figure/{figure}.benchmark.tsv"
    wildcard_constraints:
        figure=any_of("figures"),
    # Drawn when their inputs are there: somebody may be waiting to look at them.
    priority: urgent(3)
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=planned(lambda plan, wildcards: plan.options("figures", wildcards.figure)),
        given=planned(
            lambda plan, wildcards: plan.exhibited_as_arguments("figures", wildcards.figure)
        ),
        # Derived from `output`: other words are no reason to make it again.
        caption=lambda wildcards, output: plan(wildcards).caption("figures", wildcards.figure),
        code=code_of(lambda plan, wildcards: plan.drawn_by("figures", wildcards.figure)),
    message:
        "drawing {wildcards.study} {wildcards.figure} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks figure {wildcards.study} {wildcards.figure} --settings {params.settings:q}"
        " --evaluation {params.given} --output {output} > {log} 2>&1"


rule table:
    input:
        planned(lambda plan, wildcards: plan.exhibited_files("tables", wildcards.table)),
    output:
        report(
            "results/{scale}/{study}/tables/{table}.csv",
            caption="../report/tables.rst",
            category="{study}",
            subcategory="tables",
            labels=labelled("tables", "{table}"),
        ),
        "results/{scale}/{study}/tables/{table}.tex",
    log:
        "logs/{scale}/{study}/table/{table}.log",
    benchmark:
        "logs/{scale}/{study}/table/{table}.benchmark.tsv"
    wildcard_constraints:
        table=any_of("tables"),
    priority: 3
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        settings=planned(lambda plan, wildcards: plan.options("tables", wildcards.table)),
        given=planned(
            lambda plan, wildcards: plan.exhibited_as_arguments("tables", wildcards.table)
        ),
        # Derived from `output`: other words are no reason to make it again.
        caption=lambda wildcards, output: plan(wildcards).caption("tables", wildcards.table),
        code=code_of(lambda plan, wildcards: plan.drawn_by("tables", wildcards.table)),
        format=lambda wildcards: code_digest("gapworks.plotting.table"),
    message:
        "writing {wildcards.study} table {wildcards.table} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks table {wildcards.study} {wildcards.table} --settings {params.settings:q}"
        " --evaluation {params.given} --output {output} > {log} 2>&1"


# Metrics and claims that come of wall times stand in files of their own, `-timing`: these differ in
# every run, all others come out the same to the bit.
rule metrics:
    input:
        planned(lambda plan, wildcards: plan.measured(bool(wildcards.timing))),
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
        settings=planned(lambda plan, wildcards: plan.metrics(bool(wildcards.timing))),
        timing=lambda wildcards: "--timing" if wildcards.timing else "",
        code=code_of(lambda plan, wildcards: plan.study.module("paper.metrics")),
        format=lambda wildcards: code_digest("gapworks.products.metric_file"),
    message:
        "taking the metrics{wildcards.timing} of {wildcards.study} at scale {wildcards.scale}; log: {log}"
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
            labels=labelled("tables", "claims{timing}"),
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
        code=lambda wildcards: code_digest("gapworks.reproduction", "gapworks.plotting.table"),
    message:
        "setting the papers' claims{wildcards.timing} beside ours: {wildcards.study} at scale {wildcards.scale}; log: {log}"
    shell:
        "exec gapworks claims --claims {params.claims:q} --metrics {input} --output {output}"
        " > {log} 2>&1"


# All that a scale makes, on one page that opens anywhere: `make report`.
rule report_page:
    input:
        made=lambda wildcards: [
            path
            for name in STUDIES
            for path in Plan(wildcards.scale, scale(wildcards), name).exhibits()
            if path.endswith((".png", ".csv"))
        ],
        metrics=lambda wildcards: [
            f"results/{wildcards.scale}/{name}/data/metrics.json" for name in STUDIES
        ],
    output:
        "results/{scale}/report.html",
    log:
        "logs/{scale}/report.log",
    benchmark:
        "logs/{scale}/report.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        # Derived from `output`, as above.
        settings=lambda wildcards, output: scale(wildcards).model_dump_json(),
        logs=lambda wildcards, output: f"logs/{wildcards.scale}",
        code=lambda wildcards: code_digest("gapworks.report.page"),
    message:
        "putting all of scale {wildcards.scale} on one page; log: {log}"
    shell:
        "exec gapworks report --scale {wildcards.scale} --settings {params.settings:q}"
        " --made {input.made} --metrics {input.metrics} --logs {params.logs:q} --output {output}"
        " > {log} 2>&1"


# A study's data in Croissant, and the scale as an RO-Crate: for those who look for data, and want to
# know where every file comes from. Both bear a date.
rule croissant:
    input:
        planned(lambda plan, wildcards: plan.solved()),
    output:
        "results/{scale}/{study}/data/croissant.json",
    log:
        "logs/{scale}/{study}/croissant.log",
    benchmark:
        "logs/{scale}/{study}/croissant.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        # Derived from `output`, as above.
        workflow=lambda wildcards, output: workflow.basedir,
        code=lambda wildcards: code_digest("gapworks.publication.croissant"),
    message:
        "describing the data of {wildcards.study} at scale {wildcards.scale} in Croissant"
    shell:
        "exec gapworks croissant {wildcards.study} --scale {wildcards.scale} --data {input}"
        " --workflow {params.workflow:q} --output {output} > {log} 2>&1"


rule crate:
    input:
        made=lambda wildcards: [
            path
            for name in STUDIES
            for path in Plan(wildcards.scale, scale(wildcards), name).exhibits()
        ],
        metrics=lambda wildcards: [
            f"results/{wildcards.scale}/{name}/data/metrics.json" for name in STUDIES
        ],
        croissant=lambda wildcards: [
            f"results/{wildcards.scale}/{name}/data/croissant.json" for name in STUDIES
        ],
    output:
        "results/{scale}/ro-crate-metadata.json",
    log:
        "logs/{scale}/crate.log",
    benchmark:
        "logs/{scale}/crate.benchmark.tsv"
    conda:
        "../../envs/gapworks.yaml"
    threads: 1
    resources:
        mem_mb=growing(1000),
        runtime=growing(60),
    params:
        # Derived from `output`, as above.
        workflow=lambda wildcards, output: workflow.basedir,
        settings=lambda wildcards: hashlib.sha256(
            scale(wildcards).model_dump_json().encode()
        ).hexdigest()[:16],
        code=lambda wildcards: code_digest("gapworks.publication.crate"),
    message:
        "describing all of scale {wildcards.scale} as an RO-Crate"
    shell:
        "exec gapworks crate results/{wildcards.scale} --workflow {params.workflow:q}"
        " --logs logs/{wildcards.scale} --output {output} > {log} 2>&1"
