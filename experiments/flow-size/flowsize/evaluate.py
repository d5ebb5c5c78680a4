"""One job on one split: every model and baseline is fitted on its training runs, tuned on its validation runs, and tested once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Callable, Iterator

import numpy as np
from xgboost import XGBRegressor

from .columns import group_of
from .features import Table
from .models import TREES_TO_TRY, Predict, Sample, Trees, fit_net, fit_trees, median_of_pair, predict_trees
from .scores import Scores, scores
from .splits import Split
from .variants import ALL, NO_CONTEXT, VARIANTS, Variant, columns_of


@dataclass(frozen=True)
class Size:
    """How much of the work is done: flows fitted to and tuned on at most, splits, and seeds of the two main models."""

    training_flows: int
    validation_flows: int
    splits: int
    seeds: int


@dataclass(frozen=True)
class Row:
    """One line of the results: what a model scored with one seed on one split."""

    job: str
    split: str
    seed: int
    model: str
    scores: Scores
    #: The same, of only those flows that took more than one send call: of the others, first_call is the size.
    of_longer: Scores | None


@dataclass(frozen=True)
class Told:
    """Of the flows of the test runs, (flows,): which run, start in seconds, size in bytes, and the size that was predicted."""

    run: np.ndarray
    start: np.ndarray
    sizes: np.ndarray
    predicted: np.ndarray


@dataclass
class Outcome:
    rows: list[Row] = field(default_factory=list)
    told: Told | None = None
    #: By kind of knowledge, the share of what the trees gained by it.
    gains: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Parts:
    """Positions in the table, (flows,)."""

    training: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def evaluate(job: str, table: Table, split: Split, size: Size, seeds: int) -> Outcome:
    """All models on one split; the two main ones with so many seeds."""
    parts = parts_of(table, split, size)
    outcome = Outcome()
    tuned = {is_log: tuned_trees(table, parts, is_log) for is_log in (False, True)}

    def add(model: str, seed: int, told: np.ndarray, told_log: np.ndarray) -> None:
        outcome.rows.append(Row(job, split.name, seed, model, *scored(table, parts.test, told, told_log)))

    for name, tell in baselines(table, parts):
        add(name, 0, tell(False), tell(True))
    for variant in VARIANTS:
        for seed in range(seeds if variant in (ALL, NO_CONTEXT) else 1):
            told, told_log = (told_by_tuned(table, parts, variant, tuned[is_log], is_log, seed) for is_log in (False, True))
            add(f"trees: {variant.name}", seed, np.maximum(told, 0), told_log)
            if variant is ALL and seed == 0:
                outcome.told = told_of(table, parts.test, told_log)
    for seed in range(seeds):
        told, told_log = (told_by_net(table, parts, is_log, seed) for is_log in (False, True))
        add("net: everything", seed, np.maximum(told, 0), told_log)
    outcome.gains = gains_of(table, tuned[True].model)
    return outcome


def parts_of(table: Table, split: Split, size: Size) -> Parts:
    """Of more flows than are fitted to, an even draw; of the test runs, all."""
    draw = np.random.default_rng(7)

    def of(runs: tuple[int, ...], most: int | None) -> np.ndarray:
        there = np.flatnonzero(np.isin(table.run, runs))
        return there if most is None or len(there) <= most else np.sort(draw.choice(there, most, replace=False))

    return Parts(of(split.training, size.training_flows), of(split.validation, size.validation_flows), of(split.test, None))


def target(table: Table, at: np.ndarray, is_log: bool) -> np.ndarray:
    return np.log1p(table.sizes[at]) if is_log else table.sizes[at]


def sample(table: Table, at: np.ndarray, variant: Variant, is_log: bool) -> Sample:
    return Sample(table.x[np.ix_(at, columns_of(variant, table.features))], target(table, at, is_log))


@dataclass(frozen=True)
class Tuned:
    """How trees are grown on this split, and those that were, of everything and with seed 0."""

    how: Trees
    model: XGBRegressor


def tuned_trees(table: Table, parts: Parts, is_log: bool) -> Tuned:
    """What does best on the validation runs; without any, the first."""
    training, validation = (sample(table, at, ALL, is_log) for at in (parts.training, parts.validation))
    to_try = TREES_TO_TRY if len(parts.validation) > 0 else TREES_TO_TRY[:1]
    tried = [Tuned(how, fit_trees(training, validation, how, 0)) for how in to_try]

    def error(one: Tuned) -> float:
        return float(np.mean((predict_trees(one.model, training)(validation.x) - validation.y) ** 2))

    return min(tried, key=error) if len(tried) > 1 else tried[0]


def told_by_tuned(table: Table, parts: Parts, variant: Variant, tuned: Tuned, is_log: bool, seed: int) -> np.ndarray:
    """Those that were grown for tuning are not grown again."""
    if variant is not ALL or seed != 0:
        return told_by_trees(table, parts, variant, tuned.how, is_log, seed)
    training, test = (sample(table, at, ALL, is_log) for at in (parts.training, parts.test))
    return predict_trees(tuned.model, training)(test.x)


def told_by_trees(table: Table, parts: Parts, variant: Variant, how: Trees, is_log: bool, seed: int) -> np.ndarray:
    training, validation, test = (
        sample(table, at, variant, is_log) for at in (parts.training, parts.validation, parts.test)
    )
    return predict_trees(fit_trees(training, validation, how, seed), training)(test.x)


def told_by_net(table: Table, parts: Parts, is_log: bool, seed: int) -> np.ndarray:
    predict: Predict = fit_net(sample(table, parts.training, ALL, is_log), seed)
    return predict(sample(table, parts.test, ALL, is_log).x)


def baselines(table: Table, parts: Parts) -> Iterator[tuple[str, Callable[[bool], np.ndarray]]]:
    """What a reader would try first; each tells sizes, or their logarithms."""

    def mean(is_log: bool) -> np.ndarray:
        return np.full(len(parts.test), np.mean(target(table, parts.training, is_log)))

    def of_pair(is_log: bool) -> np.ndarray:
        tell = median_of_pair(table.pair[parts.training], target(table, parts.training, is_log))
        return tell(table.pair[parts.test])

    def previous(is_log: bool) -> np.ndarray:
        before = table.previous_of_pair[parts.test]
        return np.where(np.isnan(before), of_pair(is_log), np.log1p(before) if is_log else before)

    yield "mean", mean
    yield "median of the pair", of_pair
    yield "previous flow of the pair", previous


def scored(table: Table, at: np.ndarray, told: np.ndarray, told_log: np.ndarray) -> tuple[Scores, Scores | None]:
    """Of all these flows, and of those with more than one send call; undefined where these are few."""
    longer = table.first_call[at] < table.sizes[at]
    of_longer = scores(table.sizes[at][longer], told[longer], told_log[longer]) if longer.sum() >= 20 else None
    return scores(table.sizes[at], told, told_log), of_longer


def told_of(table: Table, at: np.ndarray, told_log: np.ndarray) -> Told:
    return Told(table.run[at], table.start[at], table.sizes[at], np.expm1(np.clip(told_log, 0, 50)))


def gains_of(table: Table, model: XGBRegressor) -> dict[str, float]:
    """What trees that are shown everything go by."""
    groups: dict[str, float] = {}
    for position, share in zip(columns_of(ALL, table.features), model.feature_importances_):
        group = group_of(table.features[position].column)
        groups[group] = groups.get(group, 0.0) + float(share)
    return groups
