# What type checkers and editors see of the names that __init__.py loads on first use.

from gapworks.chain.inference.packaged import load_network
from gapworks.chain.physics.dense import dense_map, solve_dense
from gapworks.chain.physics.model import Model, clean_ring
from gapworks.chain.physics.solution import Reason, Solution
from gapworks.chain.physics.solver import fast_map, solve

__all__ = [
    "Model",
    "Reason",
    "Solution",
    "clean_ring",
    "dense_map",
    "fast_map",
    "load_network",
    "solve",
    "solve_dense",
]

NUMBER: int
