"""How far functions are from each other, row by row."""

from __future__ import annotations

import numpy as np


def relative_distance(found: np.ndarray, true: np.ndarray) -> np.ndarray:
    """|found - true| / |true| of each row, by Euclid's norm, shape (n,)."""
    return np.linalg.norm(found - true, axis=1) / np.linalg.norm(true, axis=1)


def pearson(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's correlation coefficient of each pair of rows, shape (n,); 0 for a constant row."""
    a = first - first.mean(1, keepdims=True)
    b = second - second.mean(1, keepdims=True)
    norm = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return np.divide((a * b).sum(1), norm, out=np.zeros(len(a)), where=norm > 0)
