"""The documentation as a site: `make site` builds it into build/site, without a network.

Equations become MathML, which browsers draw themselves (docs/extensions/mathml.py): nothing is
loaded from elsewhere, and no MathJax of several MB has to be carried along.
"""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

project = "gapworks"
author = "The gapworks developers"
copyright = author
release = version = version_of("gapworks")

extensions = [
    *("myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"),
    *("mathml", "interface", "gallery"),  # docs/extensions
]
exclude_patterns = ["extensions", "pictures", "static"]
source_suffix = {".md": "markdown"}
needs_sphinx = "9.0"
highlight_language = "none"  # of fences that name none: commands and outputs

# What GitHub knows as well: equations in ```math, anchors of headings, links to files.
myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4
myst_dmath_allow_digits = False

napoleon_google_docstring = False
napoleon_numpy_docstring = True
napoleon_use_rtype = False
napoleon_use_param = False  # types are words, not names to be linked
autodoc_typehints = "none"  # docstrings say types with shapes and units
autodoc_member_order = "bysource"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_title = "gapworks"
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {"top_of_page_buttons": []}
