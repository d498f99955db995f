# What a run on a cluster checks before its first job; no rules.


def check_arrays():
    """Refuse a run that would hang.

    When not all jobs may be submitted at once, Slurm's plugin puts jobs of an array aside until the
    rest is ready, and forgets them.
    """
    if not getattr(workflow.executor_settings, "array_jobs", None):
        return
    rate = workflow.scheduling_settings.max_jobs_per_timespan
    limits = [workflow.resource_settings.nodes, rate.max_jobs if rate else None]
    limit = min(limit for limit in limits if limit is not None)
    waiting = sum(1 for _ in workflow.dag.needrun_jobs())
    if waiting > limit:
        raise WorkflowError(
            f"{waiting} jobs are to be done and {limit} may be submitted at a time: with job arrays"
            f" the run would hang. Raise the limits (--jobs {waiting}"
            f" --max-jobs-per-timespan {waiting}/1s), or do without arrays (--slurm-array-jobs '')"
        )


onstart:
    check_arrays()
