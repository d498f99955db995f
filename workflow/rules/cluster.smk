# What a run on a cluster checks before its first job; no rules.


def check_arrays():
    """Refuse a run that would hang.

    When not all jobs may be submitted at once, Slurm's plugin puts jobs of an array aside until the
    rest is ready, and forgets them.
    """
    named = getattr(workflow.executor_settings, "array_jobs", None) or ""
    rules_of_arrays = {name.strip() for name in named.split(",")}
    waiting = list(workflow.dag.needrun_jobs())
    if sum(job.rule.name in rules_of_arrays for job in waiting) < 2:
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


onstart:
    check_arrays()
