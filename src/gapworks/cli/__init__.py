"""The command line: one command a step. Rules of the workflow call these, and so can you."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import gapworks
from gapworks.cli import commands
from gapworks.factory.errors import DataError, Refused, reason
from gapworks.factory.files import read_whole
from gapworks.products import outputs
from gapworks.readers.units import MEV as UNITS

STUDIES = ("chain", "eliashberg", "qpi")
"""Studies with a command line."""
GENERATING = ("eliashberg",)
"""Those that make data by networks."""

LAYOUTS = """\
what each study reads (--input) and writes (--output):
  chain       disorder V in units of t, one ring a row: .npy of shape (..., L), or .csv without
              header and index; L at least the network's window. A constant in V changes nothing.
              -> Delta in units of t, the same shape, .npy or .csv
  eliashberg  columns of text: energy, Re Delta, Im Delta of Delta(x + i Gamma) for a network
              sl-...-gap; energy, N / N_F, or the same three, for sl-...-dos; omega, a2F for
              reversed-... Units of the header, or --unit, or meV (said). An a2F from which the
              equations lead further away than on 99 % of the test samples is refused.
              -> columns, .csv, with what the equations say beside it, .json
  qpi         the change of the LDOS by one impurity, in any unit: .npy of real numbers, shape
              (n, E, M, M) or (E, M, M), or (M, M) for a network of one energy; E energies in the
              network's order (its card: settings.condition.energies); M x M cells of the lattice,
              r = i a1 + j a2 at row i and column j, a1 and a2 60 degrees apart; M at least the
              network's window; the impurity at [M // 2, M // 2], or near it: it is looked for.
              No image in q, no square pixels: put the map on the lattice's cells first.
              -> class, probabilities, theta (rad), Delta and eps0 (meV), notes: a map a row, .csv,
              or .json

exit code: 0 answered (warnings on stderr), 1 a file is wrong, 2 refused: nothing is written
"""


def main(arguments: list[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        0 if all went well, 1 if data or settings are wrong (said on stderr), 2 if an input cannot
        be judged (likewise) or the command line is wrong, 130 after Ctrl-C.
    """
    parser = _parser()
    words = sys.argv[1:] if arguments is None else arguments
    try:
        outputs.check_settings(words)
    except DataError as error:
        print(f"gapworks: {error}", file=sys.stderr)
        return 1
    parsed, unknown = parser.parse_known_args(words)
    if unknown:
        hint = "; those of snakemake go after --" if parsed.run is commands.resume else ""
        parser.error(f"unrecognized arguments: {' '.join(unknown)}{hint}")
    # What stops a cluster's job (scancel, a time limit) or a terminal's (its end) unwinds like
    # Ctrl-C: no half-written file.
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # nohup ignores it
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    from pydantic import ValidationError

    from gapworks.products.statement import check_inputs

    try:
        outputs.check(parsed.run.__name__, parsed, words)
        check_inputs(commands.inputs(parsed))
        return parsed.run(parsed) or 0
    except Refused as error:
        print(f"gapworks: {error}", file=sys.stderr)
        return 2
    except DataError as error:
        print(f"gapworks: {error}", file=sys.stderr)
    except ValidationError as error:
        for detail in error.errors():
            key = ".".join(str(part) for part in detail["loc"])
            print(f"gapworks: settings: {key}: {detail['msg']}", file=sys.stderr)
    except KeyboardInterrupt:
        print("gapworks: interrupted; nothing half-written was left", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # of a file that is nobody's product: a temporary one, a library's
        where = f"{error.filename}: " if error.filename else ""
        print(f"gapworks: {where}{reason(error)}", file=sys.stderr)
    return 1


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _json(text: str) -> Any:
    """A JSON object, or @FILE with one in it."""
    try:
        settings = json.loads(read_whole(Path(text[1:])) if text.startswith("@") else text)
    except DataError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    except (ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"not JSON: {error}") from error
    if not isinstance(settings, dict):
        raise argparse.ArgumentTypeError(f"not a JSON object: {text[:40]}")
    return settings


def _named_path(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not (name and equals and path):
        raise argparse.ArgumentTypeError(f"{text}: write NAME=FILE")
    return name, Path(path)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number < 1:
        raise argparse.ArgumentTypeError("from 0 to below 1")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gapworks",
        description="Simulated superconductors by the thousand, and the papers made of them. "
        "The workflow (snakemake) calls these commands; `snakemake -np TARGET` shows how.",
    )
    parser.add_argument("--version", action="version", version=gapworks.__version__)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        added = subparsers.add_parser(name, help=help, description=help[0].upper() + help[1:] + ".")
        added.set_defaults(run=run)
        return added

    def with_study(added: argparse.ArgumentParser, settings: str) -> None:
        added.add_argument("study", choices=STUDIES)
        added.add_argument(
            "--settings", type=_json, required=True, metavar="JSON", help=f"{settings}; or @FILE"
        )

    simulate = command("simulate", commands.simulate, "simulate a range of samples into a shard")
    with_study(simulate, "resolved settings of the data set, as in params.settings of the rule")
    simulate.add_argument("--start", type=int, required=True, help="first sample")
    simulate.add_argument("--stop", type=int, required=True, help="one past the last sample")
    simulate.add_argument("--threads", type=_positive, default=1)
    simulate.add_argument(
        "--max-failed-share",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="a shard with a larger share of failed samples is an error (default 0)",
    )
    simulate.add_argument(
        "--ranks", type=_positive, help="MPI ranks that must be there: mpiexec -n N gapworks ..."
    )
    simulate.add_argument(
        "--share",
        choices=("samples", "grids"),
        default="samples",
        help="what the ranks share: whole samples (the efficient way), or the grids of each one",
    )
    simulate.add_argument("--output", type=Path, required=True, help="the shard, FIRST-LAST.h5")

    gather = command("gather", commands.gather, "verify shards and copy them into one data set")
    with_study(gather, "resolved settings of the data set, the same as for simulate")
    gather.add_argument("--folder", type=Path, required=True, help="where the shards are")
    gather.add_argument("--samples", type=_positive, required=True, help="size of the data set")
    gather.add_argument("--shard-size", type=_positive, required=True, help="samples per shard")
    gather.add_argument(
        "--mixed-code",
        action="store_true",
        help="take shards that different versions of the solver's code made",
    )
    gather.add_argument("--output", type=Path, required=True)

    verify = command(
        "verify", commands.verify, "check files: complete, unaltered; exit code 1 if not"
    )
    verify.add_argument("files", nargs="+", metavar="FILE")

    info = command("info", commands.info, "print what verified files say of themselves")
    info.add_argument("--checksums", action="store_true", help="only SHA-256 and name of arrays")
    info.add_argument("files", nargs="+", metavar="FILE")

    train = command(
        "train", commands.train, "train a network; goes on from its checkpoint if there is one"
    )
    with_study(train, "resolved settings of the training, as in params.settings of the rule")
    train.add_argument("--data", type=Path, required=True, help="gathered training data")
    train.add_argument("--validation", type=Path, required=True, help="gathered validation data")
    train.add_argument("--threads", type=_positive, default=1)
    train.add_argument("--output", type=Path, required=True, help="the weights, NAME.safetensors")

    generate = command(
        "generate", commands.generate, "make a data set by putting another through autoencoders"
    )
    generate.add_argument("study", choices=GENERATING)
    generate.add_argument("--settings", type=_json, required=True, metavar="JSON")
    generate.add_argument(
        "--data", type=Path, nargs="+", required=True, help="the solved data; what chooses d_L"
    )
    generate.add_argument(
        "--network", type=_named_path, nargs="+", required=True, metavar="NAME=FILE"
    )
    generate.add_argument("--threads", type=_positive, default=1)
    generate.add_argument("--output", type=Path, required=True)

    evaluate = command(
        "evaluate", commands.evaluate, "evaluate data, networks or solvers into one file"
    )
    with_study(evaluate, "settings of the evaluation, as in params.settings of the rule")
    evaluate.add_argument("name", help="what: statistics, prediction and so on")
    evaluate.add_argument("--data", type=Path, nargs="*", default=[], help="data sets")
    evaluate.add_argument(
        "--network",
        type=_named_path,
        nargs="*",
        default=[],
        metavar="NAME=FILE",
        help="trained networks (.safetensors) and how to call them",
    )
    evaluate.add_argument("--threads", type=_positive, default=1)
    evaluate.add_argument("--output", type=Path, required=True)

    predict = command("predict", commands.predict, "put your own data through a trained network")
    predict.formatter_class = argparse.RawDescriptionHelpFormatter
    predict.epilog = LAYOUTS
    predict.add_argument("study", choices=STUDIES)
    predict.add_argument("--network", type=Path, required=True, help="weights (.safetensors)")
    predict.add_argument("--input", type=Path, required=True, help="your data, laid out as below")
    predict.add_argument("--output", type=Path, required=True, help="the answer, as below")
    predict.add_argument("--force", action="store_true", help="answer what would be refused")
    only = predict.add_argument_group("eliashberg only")
    only.add_argument(
        "--unit", choices=UNITS, help="of the energies; default: the header's, or meV"
    )
    only.add_argument("--column", type=_positive, help="which column is a2F (omega is 1)")
    only.add_argument(
        "--drop-imaginary", action="store_true", help="leave out negative frequencies of a2F"
    )

    for name, run, what in (
        ("figure", commands.figure, "draw a figure from evaluations (.pdf, .png)"),
        ("table", commands.table, "make a table from evaluations (.csv, .tex)"),
    ):
        made = command(name, run, what)
        with_study(made, f"the settings of this {name}, {{}} if it has none")
        made.add_argument("name", help=f"which {name}")
        made.add_argument("--evaluation", type=Path, nargs="+", required=True, metavar="FILE")
        made.add_argument("--output", type=Path, nargs="+", required=True, metavar="FILE")

    metrics = command("metrics", commands.metrics, "take a study's metrics from its evaluations")
    metrics.set_defaults(name="metrics")
    with_study(metrics, "settings of the metrics, as in params.settings of the rule")
    metrics.add_argument("--scale", required=True, help="the scale they were made at")
    metrics.add_argument(
        "--timing", action="store_true", help="those of wall times, which differ in every run"
    )
    metrics.add_argument("--evaluation", type=Path, nargs="+", required=True, metavar="FILE")
    metrics.add_argument("--output", type=Path, required=True, help="the metric file, .json")

    claims = command("claims", commands.claims, "table the papers' claims with our verdicts")
    claims.add_argument("--claims", type=Path, required=True, help="docs/claims.yaml")
    claims.add_argument(
        "--metrics", type=Path, required=True, help="data/metrics.json or metrics-timing.json"
    )
    claims.add_argument("--output", type=Path, nargs="+", required=True, metavar="FILE")

    record = command(
        "record", commands.record, "keep metric files in docs/numbers, make docs/reproduction.md"
    )
    record.add_argument("metrics", type=Path, nargs="*", metavar="METRICS.json")
    record.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of the docs")
    record.add_argument(
        "--check", action="store_true", help="only say whether the page is up to date"
    )

    resume = command(
        "resume",
        commands.resume,
        "go on after a run that broke off: wait for its jobs, unlock, run",
    )
    either = resume.add_mutually_exclusive_group()
    either.add_argument("--list", action="store_true", help="only list what the run left behind")
    either.add_argument(
        "--cancel", action="store_true", help="end its Slurm jobs instead of waiting"
    )
    resume.add_argument(
        "snakemake",
        nargs=argparse.REMAINDER,
        metavar="-- ARGUMENTS",
        help="of snakemake: -- --profile slurm TARGET; none: those of the run that broke off",
    )

    command("schema", commands.schema, "print the JSON schema of config.yaml")
    return parser
