"""Models and baselines. Each is fitted to sizes, or to their logarithms, and answers with the same."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Callable

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor
from xgboost import XGBRegressor

#: (flows, features) → (flows,)
Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Sample:
    """x: (flows, features); y: (flows,), what is to be told."""

    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Trees:
    """Of gradient-boosted trees. patience: so many trees without a better validation end it; 0: all are grown."""

    depth: int
    rate: float
    trees: int
    patience: int


#: The second is what the published reruns took. Which of them is better is decided on the validation runs.
TREES_TO_TRY = (Trees(depth=5, rate=0.15, trees=100, patience=10), Trees(depth=10, rate=0.3, trees=50, patience=0))


def fit_trees(training: Sample, validation: Sample, how: Trees, seed: int) -> XGBRegressor:
    """On one thread, so that the same seed gives the same trees."""
    stops_early = how.patience > 0 and len(validation.y) > 0
    model = XGBRegressor(
        n_estimators=how.trees,
        max_depth=how.depth,
        learning_rate=how.rate,
        subsample=0.8,
        colsample_bytree=0.4,
        min_child_weight=3,
        tree_method="hist",
        max_bin=64,
        importance_type="total_gain",
        n_jobs=1,
        random_state=seed,
        early_stopping_rounds=how.patience if stops_early else None,
    )
    scale = scale_of(training.y)
    watched = [(validation.x, validation.y / scale)] if stops_early else None
    model.fit(training.x, training.y / scale, eval_set=watched, verbose=False)
    return model


def predict_trees(model: XGBRegressor, training: Sample) -> Predict:
    scale = scale_of(training.y)
    return lambda x: model.predict(x).astype(float) * scale


def scale_of(y: np.ndarray) -> float:
    """Squared bytes are beyond what a tree's regularisation is made for; a change of unit changes no R²."""
    return float(np.std(y)) or 1.0


def fit_net(training: Sample, seed: int) -> Predict:
    """A small feed-forward net. Its inputs are squeezed to their logarithms' size; one that is not known is the median."""
    squeezed = squeeze(training.x)
    usual = np.nan_to_num(nan_median(squeezed))
    mean, spread = np.mean(filled(squeezed, usual), axis=0), np.std(filled(squeezed, usual), axis=0)
    spread[spread == 0] = 1

    def inputs(x: np.ndarray) -> np.ndarray:
        return np.clip((filled(squeeze(x), usual) - mean) / spread, -5, 5)

    scale, middle = scale_of(training.y), float(np.mean(training.y))
    net = MLPRegressor(
        hidden_layer_sizes=(64, 32),
        alpha=1e-3,
        batch_size=min(256, len(training.y) // 2),
        learning_rate_init=2e-3,
        max_iter=40,
        early_stopping=len(training.y) >= 100,
        n_iter_no_change=5,
        random_state=seed,
    )
    with warnings.catch_warnings():
        # It is stopped where it would learn little more, and says so each time.
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit(inputs(training.x), (training.y - middle) / scale)
    return lambda x: net.predict(inputs(x)) * scale + middle


def squeeze(x: np.ndarray) -> np.ndarray:
    return np.sign(x) * np.log1p(np.abs(x)).astype(float)


def filled(x: np.ndarray, usual: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(x), usual, x)


def nan_median(x: np.ndarray) -> np.ndarray:
    """(features,): NaN for one that is never known, without a warning."""
    return np.array([np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else np.nan for column in x.T])


def median_of_pair(pairs: np.ndarray, y: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """From pairs to the median of each pair's flows; that of all flows for a pair never seen."""
    medians = {str(pair): float(np.median(y[pairs == pair])) for pair in np.unique(pairs)}
    usual = float(np.median(y))
    return lambda asked: np.array([medians.get(str(pair), usual) for pair in asked])
