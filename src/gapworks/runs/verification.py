"""Before a run: what is there must be what belongs there (`products.register`)."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from snakemake.dag import DAG
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.settings.types import RerunTrigger
from snakemake_interface_storage_plugins.io import Mtime

from gapworks.factory import recipe
from gapworks.factory.errors import DataError
from gapworks.factory.recipe import Facts
from gapworks.plan import Plan
from gapworks.products import register
from gapworks.runs.run_errors import Said
from gapworks.study import STUDIES

PlanOf = Callable[[Any, str], Plan]
"""Of a job: its wildcards and its first output."""
SHOWN = 20
"""Files that are named, of those that are made again."""
OF_STUDIES = [(name,) for name in STUDIES]
"""Third parts of products' paths; a report of all studies stands above them, nobody's input."""


def wanted_facts(job: Any, plan: Plan, known: Mapping[str, Facts]) -> dict[str, Facts]:
    """What a job's products should say of themselves, by path; `known` has that of its inputs."""
    values = job.wildcards
    if job.rule.name == "gather" or job.rule.name.startswith("simulate"):
        settings = plan.simulation(values.dataset)
        gathered = job.rule.name == "gather"
        whole = (0, plan.samples(values.dataset))
        bounds = whole if gathered else (int(values.start), int(values.stop))
        said = {"kind": "dataset" if gathered else "shard", "study": plan.name}
        said |= {"dataset": values.dataset, "seed": plan.scale.seed, "identity": settings.identity}
        said |= dict(zip(("start", "stop"), bounds, strict=True))
    else:
        # A derived value (which needs input or output) decides no content.
        kept = job.non_derived_params
        settings = {name: value for name, value in job.params.items() if value in kept}
        code = settings.pop("code", "")
        inputs = {str(path): known[path] for path in job.input if path in known}
        product = str(Path(job.output[0]).with_suffix(""))
        said = recipe.of(product, plan.scale.seed, settings, code, inputs)
    return {str(path): said for path in job.output}


def look_at_products(workflow: Any, dag: Any, plan_of: PlanOf) -> dict[str, Facts]:
    """Have made again what is not what this run would make; write down for its jobs what is."""
    steps: list[register.Step] = []
    known: dict[str, Facts] = {}
    for job in (job for level in dag.toposorted() for job in sorted(level, key=str)):
        planned = job.output and Path(job.output[0]).parts[2:3] in OF_STUDIES
        try:
            facts = (
                wanted_facts(job, plan_of(job.wildcards, job.output[0]), known) if planned else {}
            )
        except (WorkflowError, ValueError) as error:  # a name in the target's path
            raise Said(str(error)) from error
        known |= facts
        dated = [str(job.benchmark)] if job.benchmark else []
        files = [str(f) for f in job.output], [str(f) for f in job.input]
        steps.append(register.Step(*files, facts, dated))
    triggers = workflow.rerun_triggers
    ignored = [] if RerunTrigger.PARAMS in triggers else ["settings", "code", "inputs", "identity"]
    checked = register.Register(Path.cwd())
    try:
        found = register.check(steps, checked, time.time(), ignored, logger.info)
    except DataError as error:
        raise Said(str(error)) from error
    files = {
        f: f for job in dag.jobs for f in (*job.output, *([job.benchmark] * bool(job.benchmark)))
    }
    dag.forcefiles.update(files[path] for path in found.bad)
    if found.bad:
        lines = [f"  {path}: {why}" for path, why in list(found.bad.items())[:SHOWN]]
        more = [f"  ... and {len(found.bad) - SHOWN} more"] if len(found.bad) > SHOWN else []
        if workflow.executor_plugin is None:  # a report, say: nothing will be made
            said = "Not what config.yaml and the code here make; snakemake makes them again:"
            raise Said("\n".join([said, *lines, *more]))
        logger.warning("\n".join(["Not what this run makes, and made again:", *lines, *more]))
    for path, date in found.dates.items():
        if not workflow.dryrun:
            with suppress(OSError):  # somebody else's file: its date counts for this run
                os.utime(path, (date, date))
                checked.dated(path)
        workflow.iocache.mtime[files[path]] = Mtime(local=date)
    checked.save()
    return {path: said for path, said in known.items() if said.get("kind") != "shard"}


def verify_products(workflow: Any, plan_of: PlanOf) -> None:
    """Let a run look at its products when it has planned, before it decides what to do.

    Snakemake asks in `check_incomplete` which files are to be made again whatever their dates say.
    There is no other place for that between the plan and the decision what to run.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        Of this process.
    plan_of : callable
        Takes a job's wildcards and its first output; gives its `Plan`.
    """
    original = getattr(DAG.check_incomplete, "original", DAG.check_incomplete)

    async def check_incomplete(dag: Any) -> None:
        await original(dag)
        # Other uses of a plan than a run and a report look at no file.
        asked = workflow.executor_plugin is not None or not dag.ignore_incomplete
        if workflow.is_main_process and asked and not workflow.touch:
            dag.expected = look_at_products(workflow, dag, plan_of)

    check_incomplete.original = original  # the rules may be read twice in a process
    DAG.check_incomplete = check_incomplete
