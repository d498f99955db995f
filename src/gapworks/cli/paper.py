"""Commands of the papers: evaluate, figure, table, metrics, claims, report, record."""

from __future__ import annotations

import argparse
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

from gapworks.cli.arguments import (
    Subparsers,
    check_suffixes,
    command,
    json_object,
    known,
    named_path,
    of_these,
    say,
    step_of,
    with_step,
    with_study,
)
from gapworks.factory import recipe
from gapworks.factory.errors import DataError, Refused
from gapworks.products import outputs
from gapworks.products.statement import sign
from gapworks.readers.arguments import written
from gapworks.study import study


def add(subparsers: Subparsers) -> None:
    """Add the commands to the command line."""
    added = command(
        subparsers, "evaluate", evaluate, "evaluate data, networks or solvers into one file"
    )
    which = "which: test-bdg, floor and so on"
    with_step(added, "settings of the evaluation, as in params.settings of the rule", which)

    for name, run, what in (
        ("figure", figure, "draw a figure from evaluations (.pdf, .png)"),
        ("table", table, "make a table from evaluations (.csv, .tex)"),
    ):
        added = command(subparsers, name, run, what)
        with_study(added, f"the settings of this {name}, {{}} if it has none")
        added.add_argument("name", help=f"which {name}")
        added.add_argument(
            *("--evaluation", "--evaluations"),
            type=named_path,
            nargs="+",
            required=True,
            metavar="NAME=FILE",
            help="evaluations, and what they are to it; a name may stand several times",
        )
        added.add_argument("--output", type=Path, nargs="+", required=True, metavar="FILE")

    added = command(subparsers, "metrics", metrics, "take a study's metrics from its evaluations")
    added.set_defaults(name="metrics")
    with_study(added, "settings of the metrics, as in params.settings of the rule")
    added.add_argument("--scale", required=True, help="the scale they were made at")
    added.add_argument(
        "--timing", action="store_true", help="those of wall times, which differ in every run"
    )
    added.add_argument("--evaluation", type=Path, nargs="+", required=True, metavar="FILE")
    added.add_argument("--output", type=Path, required=True, help="the metric file, .json")

    added = command(subparsers, "claims", claims, "table the papers' claims with our verdicts")
    added.add_argument("--claims", type=Path, required=True, help="docs/claims.yaml")
    added.add_argument(
        "--metrics", type=Path, required=True, help="data/metrics.json or metrics-timing.json"
    )
    added.add_argument("--output", type=Path, nargs="+", required=True, metavar="FILE")

    added = command(
        subparsers, "report", report, "put figures, tables and verdicts on one page to send around"
    )
    added.add_argument("--scale", required=True, help="the scale they were made at")
    added.add_argument(
        "--settings", type=json_object, required=True, metavar="JSON", help="of the scale; or @FILE"
    )
    added.add_argument(
        "--made", type=Path, nargs="+", required=True, metavar="FILE", help="figures, tables"
    )
    added.add_argument("--metrics", type=Path, nargs="+", required=True, metavar="FILE")
    added.add_argument("--logs", type=Path, metavar="FOLDER", help="logs/SCALE, for run times")
    added.add_argument("--output", type=written(".html"), required=True, metavar="FILE.html")

    added = command(
        subparsers, "record", record, "keep metric files in docs/numbers, make docs/reproduction.md"
    )
    added.add_argument("metrics", type=Path, nargs="*", metavar="METRICS.json")
    added.add_argument("--docs", type=Path, default=Path("docs"), help="the folder of the docs")
    added.add_argument(
        "--check", action="store_true", help="only say whether the page is up to date"
    )


def evaluate(args: argparse.Namespace) -> None:
    """Evaluate data, networks or solvers into one file."""
    from gapworks.cli.progress import timed

    make, settings, given = step_of(args, "evaluations", "evaluate")
    with of_these(args):
        made = make(settings, given, args.threads, timed(say))
    if made.name != args.name:
        raise DataError(f"{args.output}: would be {made.name} by what is given, not {args.name}")
    made.write(args.output, args.study, args.settings)
    print(args.output)


def figure(args: argparse.Namespace) -> None:
    """Draw a figure of evaluations, in every format asked for."""
    from gapworks.plotting import style

    with style.house_style():
        _save(style, args, lambda: _made("figures", args))


def table(args: argparse.Namespace) -> None:
    """Make a table of evaluations, in every format asked for."""
    from gapworks.plotting import table

    _save(table, args, lambda: _made("tables", args))


def metrics(args: argparse.Namespace) -> None:
    """Take a study's metrics from its evaluations into one file."""
    from gapworks.factory.disk import write_whole
    from gapworks.factory.evaluation_file import read_evaluation
    from gapworks.factory.provenance import provenance
    from gapworks.products import metric_file

    place = "paper.metrics:timing" if args.timing else "paper.metrics:metrics"
    try:
        take = study(args.study).find(place)
    except AttributeError as error:
        raise SystemExit(f"gapworks: {args.study} times nothing") from error
    evaluations = [read_evaluation(path, args.study) for path in args.evaluation]
    _check_settings(args, take, evaluations)
    with of_these(args):
        taken = take(evaluations, **args.settings)
    measured = metric_file.numbers(
        args.study,
        args.scale,
        taken,
        [data.attributes for data in evaluations],
        provenance(),
        **recipe.attribute(args.output),
        timing=args.timing,
    )
    write_whole(args.output, metric_file.to_json(measured).encode())
    print(args.output)


def claims(args: argparse.Namespace) -> None:
    """Table the papers' claims with what a metric file says to them."""
    from gapworks import reproduction
    from gapworks.plotting import table
    from gapworks.products import metric_file

    def tabled() -> Any:
        claims = reproduction.read_claims(args.claims)
        return reproduction.claims_table(claims, metric_file.read_numbers(args.metrics))

    _save(table, args, tabled)


def report(args: argparse.Namespace) -> None:
    """Put figures, tables and verdicts on one page."""
    from gapworks.factory.disk import write_whole
    from gapworks.report.page import check_size, in_order, page

    text = page(args.scale, in_order(args.made), args.metrics, args.settings, args.logs)
    write_whole(args.output, text.encode())
    if large := check_size(text):
        say(f"gapworks: {args.output}: {large}")
    print(args.output)


def record(args: argparse.Namespace) -> int:
    """Keep metric files in the docs and make their page; 1 if it is only checked, and old."""
    from gapworks import reproduction
    from gapworks.factory.disk import write_whole
    from gapworks.factory.files import read_whole
    from gapworks.products import metric_file

    if not (args.docs / "claims.yaml").exists():
        raise Refused(f"no claims.yaml in {args.docs}: go to a checkout of gapworks, or say --docs")
    given = [outputs.File(path, "METRICS.json") for path in args.metrics]
    kept = {}
    for measured in metric_file.to_record(args.metrics):
        if any("+changes" in commit for commit in measured.commits):
            what = f"{measured.study} at scale {measured.scale}"
            say(f"{what}: made in part by code that is in no commit; recorded all the same")
        place = args.docs / "numbers" / f"{measured.scale}-{measured.study}.json"
        outputs.check_apart(given, [outputs.File(place, "what the docs keep of it")])
        kept[place] = measured
    for place, measured in kept.items():
        write_whole(place, metric_file.to_json(measured).encode())
        print(place)
    page = args.docs / "reproduction.md"
    known = [metric_file.read_numbers(p) for p in sorted((args.docs / "numbers").glob("*.json"))]
    text = reproduction.report(reproduction.read_claims(args.docs / "claims.yaml"), known)
    if args.check:
        if page.exists() and read_whole(page).decode(errors="replace") == text:
            return 0
        print(f"gapworks: {page}: is not up to date; gapworks record", file=sys.stderr)
        return 1
    write_whole(page, text.encode())
    print(page)
    return 0


def _save(plotting: ModuleType, args: argparse.Namespace, make: Callable[[], Any]) -> None:
    """Save what is made in every format asked for; each says what it was made of."""
    check_suffixes(args.output, plotting.FORMATS)
    plotting.save(make(), args.output)
    sign(args.output)
    print(*args.output)


def _made(room: str, args: argparse.Namespace) -> Any:
    """A figure or a table, drawn from the evaluations that were given for its keywords."""
    from gapworks.factory.evaluation_file import read_evaluation

    chosen = study(args.study)
    draw = chosen.find(known(chosen.exhibit, room, args.name).draw)
    given: dict[str, list[Any]] = {}
    for keyword, path in args.evaluation:
        given.setdefault(keyword, []).append(read_evaluation(path, args.study))
    evaluations = bound(draw, args.name, given)
    _check_settings(args, draw, **evaluations)
    with of_these(args):
        return draw(**evaluations, **args.settings)


def bound(draw: Callable[..., Any], name: str, given: dict[str, list[Any]]) -> dict[str, Any]:
    """Evaluations as a figure takes them: one, or several in order.

    Raises
    ------
    DataError
        If one is missing that has no default, unknown, or given several times where there should
        be one.
    """
    from gapworks.factory.evaluation_file import Evaluated

    hints = get_type_hints(draw)
    wanted = {key: hint for key, hint in hints.items() if Evaluated in (hint, *_of(hint))}
    defaults = inspect.signature(draw).parameters
    needed = {key for key in wanted if defaults[key].default is inspect.Parameter.empty}
    if not needed <= given.keys() <= wanted.keys():
        raise DataError(
            f"{name}: is made of {', '.join(wanted)}, each given as NAME=FILE; given: "
            f"{', '.join(given)}; snakemake -np FILE prints the command that makes a file"
        )
    for key, evaluations in given.items():
        if wanted[key] is Evaluated and len(evaluations) > 1:
            raise DataError(f"{name}: {key} is one evaluation; given: {len(evaluations)}")
    return {key: ones[0] if wanted[key] is Evaluated else ones for key, ones in given.items()}


def _of(hint: Any) -> tuple[Any, ...]:
    return getattr(hint, "__args__", ())


def _check_settings(args: argparse.Namespace, make: Any, *given: Any, **named: Any) -> None:
    """Settings must be those that a figure or table takes."""
    try:
        inspect.signature(make).bind(*given, **named, **args.settings)
    except TypeError as error:
        raise SystemExit(f"gapworks: settings of {args.name}: {error}") from error
