# The way in: config.yaml, its check, the rules, the targets by name. Run `make` for everything at
# the default scale, or name a target: snakemake -c2 results/paper/chain/figures/fig3.pdf
import os

from snakemake.utils import min_version

min_version("9.0")
# A job on Slurm, which may wait for days, goes by what config.yaml said when its run began.
CONFIG = (
    "config.yaml" if workflow.is_main_process else os.environ.get("GAPWORKS_CONFIG", "config.yaml")
)


configfile: CONFIG


wildcard_constraints:
    scale="[^/]+",
    study="chain|eliashberg|qpi",
    dataset="[a-z_]+",


include: "workflow/rules/common.smk"
include: "workflow/rules/cluster.smk"
include: "workflow/rules/chain-names.smk"
include: "workflow/rules/eliashberg-names.smk"
include: "workflow/rules/qpi-names.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/steps.smk"
include: "workflow/rules/gather.smk"
include: "workflow/rules/chain.smk"
include: "workflow/rules/eliashberg.smk"
include: "workflow/rules/qpi-data.smk"
include: "workflow/rules/qpi-simulate.smk"
include: "workflow/rules/qpi.smk"


rule all:
    default_target: True
    input:
        rules.chain.input,
        rules.eliashberg.input,
        rules.qpi.input,
