# The way in: config.yaml, its check, the rules, the targets by name. Run `make` for everything at
# the default scale, or name a target: snakemake -c2 results/paper/chain/figures/fig3.pdf
import json
import os
from pathlib import Path

from snakemake.utils import min_version

min_version("9.0")

# A job may wait in a queue for days: it goes by the configuration that its run began with, which the
# run has kept (gapworks.runs.note), whatever config.yaml says by then.
if kept := os.environ.get("GAPWORKS_CONFIG"):
    config.clear()
    config.update(json.loads(Path(kept).read_text()))
else:

    # The working folder's own (--directory, or -s from elsewhere), else the one beside this file.
    places = (Path("config.yaml"), Path(workflow.basedir) / "config.yaml")

    configfile: str(next((place for place in places if place.exists()), places[0]))


wildcard_constraints:
    scale="[^/]+",
    study="chain|eliashberg|qpi",
    dataset="[a-z_]+",


include: "workflow/rules/common.smk"
include: "workflow/rules/products.smk"
include: "workflow/rules/wrong-names.smk"
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
