"""`{gallery} chain`: the figures of a study that the workflow has made, with their captions."""

from __future__ import annotations

import os
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from gapworks.study import study

ROOT = Path(__file__).resolve().parents[2]


class Gallery(SphinxDirective):
    """Figures as they lie in results/SCALE/STUDY/figures; for those that do not, their command."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """A section of the page for each figure."""
        name, scale = self.arguments[0], self.config.gallery_scale
        folder = Path(self.config.gallery_results).resolve() / scale / name / "figures"
        there = os.path.relpath(folder, Path(self.env.doc2path(self.env.docname)).parent)
        text, missing = [], []
        for figure, exhibit in study(name).figures.items():
            made = folder / f"{figure}.png"
            self.env.note_dependency(str(made))
            if not made.is_file():
                missing.append(f"results/{scale}/{name}/figures/{figure}.png")
                continue
            text += [f"![{name}, {figure}]({there}/{figure}.png)", "", exhibit.caption, ""]
            text += [f"`snakemake -c2 results/{scale}/{name}/figures/{figure}.pdf`", ""]
        if missing:
            every = " \\\n    ".join(missing)
            text += [f"Not made here at the scale `{scale}`, and made by:", ""]
            text += ["```", f".venv/bin/snakemake -c2 {every}", "```", ""]
        return self.parse_text_to_nodes("\n".join(text))


def setup(app: Sphinx) -> dict[str, bool]:
    """The directive, and where it looks: results/laptop, or as SCALE says."""
    app.add_directive("gallery", Gallery)
    app.add_config_value("gallery_results", str(ROOT / "results"), "env", str)
    app.add_config_value("gallery_scale", os.environ.get("SCALE") or "laptop", "env", str)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
