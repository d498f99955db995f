"""Lets `python -m snakemake` be forked where a test asks for it; Python imports this at its start.

`gapworks resume` and Slurm's jobs start Snakemake so. This process stands for the one that is
forked; if that is refused it goes on as if nothing had been asked.
"""

import os
import sys

if sys.orig_argv[1:3] == ["-m", "snakemake"] and "GAPWORKS_TEST_SNAKEMAKE" in os.environ:
    from gapworks import command

    command.RESIDENT = "GAPWORKS_TEST_SNAKEMAKE"
    command.alone = lambda: None
    if (ended := command.main()) is not None:
        os._exit(ended)
