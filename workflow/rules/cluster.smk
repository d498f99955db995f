# What a run, on a cluster above all, checks and writes down before its first job; no rules.
import difflib
import shutil
import subprocess

from snakemake.logging import logger

from gapworks.runs.clocks import mend_dates
from gapworks.factory.disk import remove_stale_below
from gapworks.runs.leftovers import NO_CLUSTER
from gapworks.runs.run_errors import say_in_one_line
from gapworks.runs.note import locks, write_note
from gapworks.runs.snakemake_guards import apply_guards

for folder in (workflow.basedir, Path.cwd()):
    if set("{}") & set(str(folder)):
        raise WorkflowError(
            f"{folder}: Snakemake takes braces in the path of a folder for names of its own; call"
            " the folder something else, then the same command again"
        )


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

    return tidied


# Snakemake reads the rules again inside of jobs, which are guarded by the run.
if workflow.is_main_process:
    apply_guards()
    workflow._build_dag = tidying(workflow._build_dag)
    say_in_one_line(workflow, why_no_rule)


def check_rule_names():
    """Refuse settings of unknown rules, which Snakemake ignores without a word."""
    known = {rule.name for rule in workflow.rules}
    settings = workflow.resource_settings
    given = {
        "set-resources": settings.overwrite_resources,
        "set-threads": settings.overwrite_threads,
        "groups": workflow.group_settings.overwrite_groups,
    }
    for key, named in given.items():
        for name in sorted(set(named) - known):
            alike = difflib.get_close_matches(name, known, 1)
            meant = f": did you mean {alike[0]}?" if alike else ""
            raise WorkflowError(
                f"{key} (of the profile, or given) names {name}, and there is no such rule{meant}"
            )


def on_slurm():
    return getattr(workflow.executor_settings, "status_command", None) is not None


def check_slurm():
    """Refuse a run whose every job would fail to be submitted."""
    if not on_slurm():
        return
    said = "there is no sbatch"
    if shutil.which("sbatch") is not None:
        said = subprocess.run(["sinfo", "--noheader"], capture_output=True, text=True).stderr
        if not any(words in said for words in NO_CLUSTER):
            return
    raise WorkflowError(
        "there is no Slurm here: --profile slurm is for a machine from which jobs are submitted to one"
        f" (no cluster at hand? make cluster); without it, snakemake runs on this machine. {said}"
    )


def check_arrays():
    """Refuse a run that would hang.

    When not all jobs may be submitted at once, Slurm's plugin puts jobs of an array aside until the
    rest is ready, and forgets them.
    """
    named = getattr(workflow.executor_settings, "array_jobs", None) or ""
    rules_of_arrays = {name.strip() for name in re.split("[,;]", named)}
    waiting = list(workflow.dag.needrun_jobs())
    in_arrays = [job for job in waiting if {"all", job.rule.name} & rules_of_arrays]
    if len(in_arrays) < 2:
        return
    rate = workflow.scheduling_settings.max_jobs_per_timespan
    limits = [workflow.resource_settings.nodes, rate.max_jobs if rate else None]
    limit = min(limit for limit in limits if limit is not None)
    jobs = len(waiting)
    if jobs > limit:
        raise WorkflowError(
            f"{jobs} jobs are to be done and {limit} may be submitted at a time: with job arrays the"
            f" run would hang. Raise the limits (--jobs {jobs} --max-jobs-per-timespan {jobs}/1s),"
            " or do without arrays (--slurm-array-jobs '')"
        )


def remember_min_job_age():
    """Ask Slurm only once for how long squeue shows a job that has ended.

    The plugin (2.8) asks before every look at its jobs. If Slurm's controller is away just then, it
    takes the answer for "not long enough" and turns to sacct, which never answers where Slurm has no
    database: a restart of a few seconds would lose all jobs from sight.
    """
    if not on_slurm():
        return
    import snakemake_executor_plugin_slurm as plugin

    age = plugin.get_min_job_age()
    if age is not None:
        plugin.get_min_job_age = lambda: age


def note_the_run():
    """For `gapworks resume`."""
    if not workflow.touch:
        dag = workflow.dag_settings
        forcing = bool(dag.forceall or dag.forcetargets or dag.forcerun)
        rules_file = str(workflow.main_snakefile)
        expected = workflow.dag.expected
        write_note(Path.cwd(), config, expected, forcing=forcing, snakefile=rules_file)


onstart:
    check_rule_names()
    check_slurm()
    check_arrays()
    remember_min_job_age()
    note_the_run()
