"""How far predictions are off."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np


@dataclass(frozen=True)
class Scores:
    """r2 and mean_absolute_error (bytes) of what was fitted to sizes; r2_log and median_relative_error of what to logarithms."""

    r2: float
    mean_absolute_error: float
    r2_log: float
    median_relative_error: float

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


def scores(sizes: np.ndarray, told: np.ndarray, told_log: np.ndarray) -> Scores:
    """sizes, told: bytes; told_log: natural logarithms of 1 + bytes; each (flows,)."""
    by_log = np.expm1(np.clip(told_log, 0, 50))
    return Scores(
        r2=r_squared(sizes, told),
        mean_absolute_error=float(np.mean(np.abs(told - sizes))),
        r2_log=r_squared(np.log1p(sizes), told_log),
        median_relative_error=float(np.median(np.abs(by_log - sizes) / np.maximum(sizes, 1))),
    )


def r_squared(real: np.ndarray, told: np.ndarray) -> float:
    """1: told exactly; 0: no better than the mean of what is to be told; NaN where all of that is the same."""
    around_mean = float(np.sum((real - np.mean(real)) ** 2))
    return 1 - float(np.sum((real - told) ** 2)) / around_mean if around_mean > 0 else math.nan
