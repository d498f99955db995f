"""Errors of a run of the workflow in one line, where Snakemake would print a traceback."""

from __future__ import annotations

import errno
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from snakemake.exceptions import InputFunctionException, MissingRuleException
from snakemake_interface_common.exceptions import ApiError, WorkflowError

from gapworks.factory.errors import DataError


class Said(WorkflowError):
    """What a function of the rules has to say to the user, whole and in words."""


STEPS = ("_prepare_dag", "_build_dag", "execute")
"""Of Snakemake's Workflow: what comes between reading the rules and the end of a run."""
FULL = {errno.ENOSPC, errno.EDQUOT}
"""Of writing, where the system names no file: only Snakemake writes before the first job."""
OF_THE_DISK = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS),
    *(errno.EACCES, errno.EPERM, errno.EIO, errno.ESTALE),
}


def say_in_one_line(workflow: Any, why_no_rule: Callable[[str], str | None]) -> None:
    """Let a run say in a line what is wrong with a name, a folder or a disk.

    Parameters
    ----------
    workflow : snakemake.workflow.Workflow
        Of this process. A step that it does not have (another version) is left out.
    why_no_rule : callable
        Takes a target that nothing makes; gives the reason, or None if it knows none.
    """
    for name in STEPS:
        if (step := getattr(workflow, name, None)) is not None:
            setattr(workflow, name, _in_words(step, workflow, why_no_rule))


def _in_words(
    step: Callable[..., Any], workflow: Any, why_no_rule: Callable[[str], str | None]
) -> Callable[..., Any]:
    @functools.wraps(step)
    def saying(*arguments: Any, **options: Any) -> Any:
        try:
            return step(*arguments, **options)
        except KeyboardInterrupt:  # before the first job; then the scheduler hears it
            raise SystemExit(130) from None
        except MissingRuleException as error:
            said = error
            targets = sorted(map(str, getattr(workflow.dag, "targetfiles", ())))
            known = [
                f"No rule to produce {target}: {why}"
                for target in targets
                if (why := why_no_rule(target)) is not None
            ]
            words = "\n".join(known)
        except Said as error:
            said, words = error, str(error)
        except InputFunctionException as error:
            said, words = error, _ours(error)
        except WorkflowError as error:
            within = error.__cause__ or error.__context__
            of_the_disk = isinstance(within, OSError) and within.errno in OF_THE_DISK
            said, words = error, _of_files(within) if of_the_disk else None
        except DataError as error:
            said, words = error, _of_our_files(error)
        except OSError as error:
            said, words = error, _of_files(error)
        if not words:
            raise said
        raise ApiError(words) from None  # which Snakemake prints without a traceback

    return saying


def _ours(error: BaseException) -> str | None:
    """What a function of the rules said, out of what Snakemake wrapped it in."""
    within: BaseException | None = error.__cause__ or error.__context__
    while within is not None:
        if type(within) is WorkflowError:
            return str(within)
        within = within.__cause__ or within.__context__
    return None


def _of_our_files(error: DataError) -> str:
    cause = error.__cause__
    of_notes = str(error).startswith(str(Path.cwd() / ".snakemake"))
    return _of_files(cause) if of_notes and isinstance(cause, OSError) else str(error)


def _of_files(error: OSError) -> str:
    notes = Path.cwd() / ".snakemake"
    if not isinstance(error.filename, str) and error.errno not in FULL:
        return f"{error.strerror or error}; put that right, then the same command again"
    named = Path(error.filename).absolute() if isinstance(error.filename, str) else notes
    if named.is_relative_to(notes):
        return (
            f"Snakemake keeps its notes in {notes}, and that cannot be written: {error.strerror}. "
            "Make room there (or make it writable), then the same command again"
        )
    return f"{error.filename}: {error.strerror}; put that right, then the same command again"
