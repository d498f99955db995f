# What a run, on a cluster above all, checks and writes down around its jobs; no rules.
from types import SimpleNamespace

from gapworks.factory.disk import remove_stale_below
from gapworks.runs import checks, resident
from gapworks.runs.clocks import mend_dates
from gapworks.runs.costing import say_costs
from gapworks.runs.note import locks, write_note
from gapworks.runs.run_errors import say_in_one_line
from gapworks.runs.snakemake_guards import apply_guards
from gapworks.runs.targets import why_no_rule
from gapworks.runs.verification import verify_products
from snakemake.logging import logger

checks.check_braces(workflow.basedir, Path.cwd())


def plan_of(wildcards, output):
    """The plan that a job belongs to; its study is in the path of its output."""
    return plan(SimpleNamespace(scale=wildcards.scale, study=output.split("/")[2]))


def tidying(plan):
    """Plan when no file is dated in the future or left half-written by a killed job.

    A dry run, and a run beside another, look only.
    """

    def tidied():
        executing = workflow.executor_plugin is not None and not workflow.dryrun
        if executing and not locks(Path.cwd()):
            remove_stale_below(Path("results"))
            if said := mend_dates(Path("results")):
                logger.warning(said)
        plan()
        if workflow.executor_plugin is not None and workflow.dryrun:
            say_costs(workflow, config, SCALES)

    return tidied


verify_products(workflow, plan_of)

# Snakemake reads the rules again inside of jobs, which are guarded by the run.
if workflow.is_main_process:
    apply_guards()
    workflow._build_dag = tidying(workflow._build_dag)
    say_in_one_line(workflow, lambda target: why_no_rule(target, SCALES))


def note_the_run():
    """For `gapworks resume`."""
    if not workflow.touch:
        dag = workflow.dag_settings
        forcing = bool(dag.forceall or dag.forcetargets or dag.forcerun)
        rules_file = str(workflow.main_snakefile)
        expected = workflow.dag.expected
        write_note(Path.cwd(), config, expected, forcing=forcing, snakefile=rules_file)


onstart:
    checks.check_rule_names(workflow)
    checks.check_slurm(workflow)
    checks.check_arrays(workflow)
    checks.remember_min_job_age(workflow)
    note_the_run()
    if workflow.is_main_process and workflow.local_exec and not workflow.touch:
        resident.start(steps=len(list(workflow.dag.needrun_jobs())))
