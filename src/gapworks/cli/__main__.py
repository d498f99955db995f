"""`python -m gapworks.cli` is the same as `gapworks`."""

import sys

from gapworks.cli import main

sys.exit(main())
