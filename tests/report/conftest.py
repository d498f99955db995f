"""A scale's figures, tables and metrics as a run leaves them, with known content."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from gapworks.products import metric_file
from gapworks.reproduction import COLUMNS
from gapworks.study import STUDIES, study
from tests.support.command import gapworks_here

VERDICTS = ["holds", "holds", "does not hold", "undecided: about 40 samples would decide"]


@pytest.fixture(scope="session")
def scale(tmp_path_factory):
    """The folder of a scale: every figure and table of the studies."""
    folder = tmp_path_factory.mktemp("results") / "tiny"
    figure = plt.figure(figsize=(4, 3))
    figure.add_subplot().plot([0, 1], [0, 1])
    for name in STUDIES:
        chosen, place = study(name), folder / name
        for room in ("figures", "tables", "data"):
            (place / room).mkdir(parents=True)
        for one in chosen.figures:
            figure.savefig(place / "figures" / f"{one}.png", dpi=60)
        for one in chosen.tables:
            table = pd.DataFrame(
                {
                    "mean Delta [t]": [0.123456789, 0.2],
                    "mean Delta, standard error [t]": [0.0123, 0.004],
                    "R squared": [0.5, 1.0],
                    "R squared, lower": [0.4, np.nan],
                    "R squared, upper": [0.625, np.nan],
                    "of": ["<script>&", ""],
                }
            )
            if one == "table1":
                table["quantity"] = ["hits [%]", "error [meV]"]
            table.to_csv(place / "tables" / f"{one}.csv", index=False)
        rows = [
            dict.fromkeys(COLUMNS, "")
            | {"claim": f"{name}-{row}", "paper": "< 2", "ours": "1.5 ± 0.1", "unit": "meV"}
            | {
                "statement": "as <said>",
                "shown in": f"tables/{one} figures/unmade",
            }
            | {"verdict": verdict}
            for row, verdict in enumerate(VERDICTS)
        ]
        pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(place / "tables/claims.csv", index=False)
        logs = folder.parent / "logs" / name / "simulate" / "test"
        logs.mkdir(parents=True)
        head = "s\th:m:s\tmax_rss\n"
        for shard, line in enumerate(("3000\t0:50:00\t120.5\n", "700\t0:11:40\tNA\n")):
            (logs / f"{shard}.benchmark.tsv").write_text(head + line)
        (logs / "2.benchmark.tsv").write_text("")  # of a job that was killed
        numbers = metric_file.Numbers(
            study=name,
            scale="tiny",
            command="snakemake",
            commits=["0123456789abcdef"],
            machine="x86_64",
            packages={"numpy": "2.4"},
            metrics={},
        )
        (place / "data/metrics.json").write_text(metric_file.to_json(numbers))
    plt.close(figure)
    return folder


@pytest.fixture(scope="session")
def report(scale):
    """The report of these, by the command."""
    output = scale / "report.html"
    made = [*scale.glob("*/figures/*.png"), *scale.glob("*/tables/*.csv")]
    metrics = [scale / name / "data/metrics.json" for name in STUDIES]
    ran = gapworks_here(
        *("report", "--scale", "tiny", "--settings", '{"seed": 7}'),
        *("--made", *made, "--metrics", *metrics, "--logs", scale.parent / "logs"),
        *("--output", output),
    )
    assert ran.returncode == 0, ran.stderr
    return output
