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


include: "workflow/rules/common.smk"


wildcard_constraints:
    scale="[^/]+",
    study="|".join(STUDIES),
    dataset="[a-z_]+",
    start=r"\d+",
    stop=r"\d+",


include: "workflow/rules/cluster.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/learning.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/paper.smk"


rule all:
    default_target: True
    input:
        [exhibits(name) for name in STUDIES],


# `snakemake chain`: one study. A rule that runs nothing; no profile needs its name.
for name in STUDIES:

    rule:
        name:
            name
        input:
            exhibits(name),
