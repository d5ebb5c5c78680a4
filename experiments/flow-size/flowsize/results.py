"""From what was scored and simulated to plain values: what results.json holds, and tables and pictures are made of."""

from __future__ import annotations

import math
from typing import Any, Sequence

import numpy as np

from .evaluate import Outcome, Row, Told
from .features import Feature, Table, share_still_open
from .runs import Run
from .simulate import DISCIPLINES, completion_times, starts_at_load

METRICS = ("r2", "r2_log", "mean_absolute_error", "median_relative_error")
LOADS = (0.5, 0.7, 0.9)
#: Bytes per second: 1 Gbit/s. Time is scaled to the load, so that another capacity would give the same factors.
LINK_RATE = 125e6
#: Of one test run at most; the first ones, so that gaps between flows stay as they were.
SIMULATED_FLOWS = 1500


def about_job(runs: Sequence[Run], table: Table) -> dict[str, Any]:
    """Counts, and quantiles of the sizes in bytes."""
    sizes = table.sizes
    known = ~np.isnan(table.first_call)
    return {
        "runs": len(runs),
        "runs_by_folder": {folder: sum(run.folder == folder for run in runs) for folder in ("training", "validation", "test")},
        "flows": int(len(sizes)),
        "containers": int(len({pair.split(" → ")[0] for pair in table.pair})),
        "bytes": float(sizes.sum()),
        "size_median": float(np.median(sizes)),
        "size_p99": float(np.quantile(sizes, 0.99)),
        "size_max": float(sizes.max()),
        "share_of_one_send": float(np.mean(table.first_call[known] >= sizes[known])) if known.any() else None,
        "share_previous_still_open": share_still_open(table),
        "host_cpu": mean_of(table, Feature("host_cpu", 0, "value")),
    }


def mean_of(table: Table, feature: Feature) -> float | None:
    """Over all flows; none where it was not recorded."""
    if feature not in table.features:
        return None
    values = table.x[:, table.features.index(feature)].astype(float)
    return rounded(float(np.nanmean(values))) if (~np.isnan(values)).any() else None


def about_models(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """By job and model: each metric over splits, over seeds, and as recorded."""
    keys = list(dict.fromkeys((row.job, row.model) for row in rows))
    return [about_model([row for row in rows if (row.job, row.model) == key]) for key in keys]


def about_model(rows: Sequence[Row]) -> dict[str, Any]:
    drawn = [row for row in rows if row.split != "recorded" and row.seed == 0]
    recorded = [row for row in rows if row.split == "recorded"]
    of_longer = [row.of_longer.r2_log for row in drawn if row.of_longer is not None]
    about: dict[str, Any] = {"job": rows[0].job, "model": rows[0].model}
    for metric in METRICS:
        about[metric] = {
            "splits": spread([getattr(row.scores, metric) for row in drawn]),
            "seeds": spread([getattr(row.scores, metric) for row in recorded]),
            "recorded": rounded(getattr(recorded[0].scores, metric)) if recorded else None,
        }
    about["r2_log_of_longer"] = spread(of_longer)
    return about


def about_gain(rows: Sequence[Row], with_it: str, without_it: str) -> list[dict[str, Any]]:
    """By job, over the splits: how much better the first model is than the second on the same split."""
    gains = []
    for job in dict.fromkeys(row.job for row in rows):
        by_split = {
            (row.split, row.model): row.scores
            for row in rows
            if row.job == job and row.seed == 0 and row.split != "recorded"
        }
        pairs = [(by_split[split, with_it], by_split[split, without_it]) for split, model in by_split if model == with_it]
        gains.append(
            {
                "job": job,
                "with": with_it,
                "without": without_it,
                "r2": spread([a.r2 - b.r2 for a, b in pairs]),
                "r2_log": spread([a.r2_log - b.r2_log for a, b in pairs]),
                "less_absolute_error": spread([less(a.mean_absolute_error, b.mean_absolute_error) for a, b in pairs]),
                "less_relative_error": spread([less(a.median_relative_error, b.median_relative_error) for a, b in pairs]),
            }
        )
    return gains


def less(with_it: float, without_it: float) -> float:
    """By which share an error is smaller; NaN where there was none to make smaller."""
    return 1 - with_it / without_it if without_it > 0 else math.nan


def spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Mean and standard deviation, least and most, of those that are numbers."""
    there = np.array([value for value in values if math.isfinite(value)])
    if len(there) == 0:
        return {"count": 0, "mean": None, "sd": None, "low": None, "high": None}
    sd = float(np.std(there, ddof=1)) if len(there) > 1 else 0.0
    return {
        "count": len(there),
        "mean": rounded(float(there.mean())),
        "sd": rounded(sd),
        "low": rounded(float(there.min())),
        "high": rounded(float(there.max())),
    }


def rounded(value: float) -> float | None:
    """To six digits, beyond which machines differ; none where it is no number."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def simulated(job: str, told: Told, load: float) -> list[dict[str, Any]]:
    """Each test run on a link of its own; completion times of all of them, by discipline, in seconds."""
    times: dict[str, list[np.ndarray]] = {discipline.name: [] for discipline in DISCIPLINES}
    for run in np.unique(told.run):
        at = np.flatnonzero(told.run == run)[:SIMULATED_FLOWS]
        sizes = told.sizes[at]
        starts = starts_at_load(told.start[at], sizes, LINK_RATE, load)
        for discipline in DISCIPLINES:
            expected = told.predicted[at] if discipline.knows == "predictions" else sizes
            times[discipline.name].append(completion_times(starts, sizes, expected, LINK_RATE, discipline.policy))
    pooled = {name: np.concatenate(parts) for name, parts in times.items()}
    return [
        {
            "job": job,
            "load": load,
            "discipline": name,
            "flows": len(all_times),
            "mean_seconds": rounded(float(all_times.mean())),
            "p99_seconds": rounded(float(np.quantile(all_times, 0.99))),
        }
        for name, all_times in pooled.items()
    ]


def rows_of(outcomes: Sequence[Outcome]) -> list[Row]:
    return [row for outcome in outcomes for row in outcome.rows]
