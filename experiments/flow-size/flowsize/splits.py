"""Which runs are trained on, tuned on and tested on. Runs are never cut: flows of one run know of each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import numpy as np

from .runs import Run


@dataclass(frozen=True)
class Split:
    """Positions of runs in their job's list. Where nothing is there to tune on, nothing is tuned."""

    name: str
    training: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]


def recorded_split(runs: Sequence[Run]) -> Split:
    """As the folders say."""

    def of(folder: str) -> tuple[int, ...]:
        return tuple(at for at, run in enumerate(runs) if run.folder == folder)

    return Split("recorded", of("training"), of("validation"), of("test"))


def redrawn_splits(count: int, runs: int) -> list[Split]:
    """count draws of 60 % training, 20 % validation, 20 % test; the same ones every time. Two runs: one and one."""
    return [redrawn_split(draw, runs) for draw in range(count)]


def redrawn_split(draw: int, runs: int) -> Split:
    order = np.random.default_rng(1000 + draw).permutation(runs)
    tests = max(1, round(runs * 0.2))
    validations = tests if runs >= 5 else 0
    parts = np.split(order, [tests, tests + validations])
    test, validation, training = (tuple(sorted(int(at) for at in part)) for part in parts)
    return Split(f"draw {draw + 1}", training, validation, test)


def is_usable(split: Split) -> bool:
    return len(split.training) > 0 and len(split.test) > 0
