# Ranks and room of the qpi study's data; no rules.
import functools
import re
import shutil

from snakemake.logging import logger


def qpi_ranks(wildcards):
    return scale(wildcards).qpi.ranks


@functools.cache
def check_room(scale_name, name):
    """Refuse before any job what would not fit: shards yet to be made, and the data set of them.

    A dry run only says so: what is planned here may be meant for another disk.
    """
    chosen = SCALES[scale_name].qpi
    folder = Path(f"results/{scale_name}/qpi")
    places = shard_ranges(chosen.samples(name), chosen.shard_size)
    shards = [(folder / "shards" / name / shard_name(*bounds), bounds) for bounds in places]
    missing = sum(stop - start for path, (start, stop) in shards if not path.exists())
    gathered = 0 if (folder / "data" / f"{name}.h5").exists() else chosen.samples(name)
    needed = (missing + gathered) * chosen.sample_bytes(name)
    free = shutil.disk_usage(".").free
    if needed <= free:
        return
    problem = (
        f"qpi/{name} at scale {scale_name} needs {needed / 1e9:.3g} GB here (shards and the data set "
        f"gathered from them), {free / 1e9:.3g} GB are free: make room, or lower "
        f"qpi.datasets.{name}.per_class"
    )
    if not workflow.dryrun:
        raise WorkflowError(problem)
    logger.warning(problem)


def qpi_simulation_settings(wildcards):
    settings = simulation_settings(wildcards, "qpi")
    check_room(wildcards.scale, wildcards.dataset)
    return settings


# Scales whose simulate jobs are MPI jobs; (?!) matches nothing.
QPI_WITH_MPI = "|".join(re.escape(name) for name in SCALES if SCALES[name].qpi.ranks > 1) or "(?!)"
QPI_WITHOUT_MPI = rf"(?!(?:{QPI_WITH_MPI})/)[^/]+"
