"""Solvers on arrays: they know no file, no workflow and no network."""
