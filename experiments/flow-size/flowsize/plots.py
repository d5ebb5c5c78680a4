"""The pictures of the page. Colours of Okabe and Ito, which those tell apart who see fewer; marks differ as well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

from .evaluate import Outcome
from .features import Table
from .report import model, relative, title

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402  (the backend without a display has to be chosen first)

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00")
MARKS = ("o", "s", "^", "D", "v", "P")
#: Points of a picture at most; more of them are a blot.
POINTS = 3000


def draw(results: dict[str, Any], tables: dict[str, Table], outcomes: dict[str, Outcome], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    matplotlib.rcParams.update({"font.size": 10, "axes.grid": True, "grid.alpha": 0.3, "axes.axisbelow": True})
    save(sizes_figure(tables), folder / "sizes.png")
    save(models_figure(results), folder / "models.png")
    save(told_figure(outcomes), folder / "predicted.png")
    save(gains_figure(results), folder / "knowledge.png")
    save(simulation_figure(results), folder / "completion.png")


def save(figure: Any, file: Path) -> None:
    """Without the date and the library's version, so that the same results are the same bytes."""
    figure.savefig(file, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def sizes_figure(tables: dict[str, Table]) -> Any:
    figure, axes = pyplot.subplots(figsize=(8, 4.2), layout="constrained")
    for (job, table), colour, style in zip(tables.items(), COLOURS, ("-", "--", "-.", ":", "-", "--")):
        sizes = np.sort(table.sizes)
        axes.plot(sizes, np.arange(1, len(sizes) + 1) / len(sizes), style, color=colour, label=title(job), linewidth=2)
    axes.set(xscale="log", xlabel="size of the flow, bytes", ylabel="share of flows that are no larger", ylim=(0, 1))
    axes.legend(loc="lower right")
    return figure


def models_figure(results: dict[str, Any]) -> Any:
    """R² of the logarithm, by model: mean and standard deviation over the splits. What is below −0.5 stands at the edge."""
    names = list(dict.fromkeys(one["model"] for one in results["models"]))
    figure, axes = pyplot.subplots(figsize=(9, 6.4), layout="constrained")
    for nth, job in enumerate(results["jobs"]):
        spreads = [model(results, job, name)["r2_log"]["splits"] for name in names]
        means = np.clip([one["mean"] if one["mean"] is not None else np.nan for one in spreads], -0.5, 1)
        at = np.arange(len(names)) + (nth - (len(results["jobs"]) - 1) / 2) * 0.17
        axes.errorbar(
            means,
            at,
            xerr=[one["sd"] or 0 for one in spreads],
            fmt=MARKS[nth],
            color=COLOURS[nth],
            label=title(job),
            capsize=2,
        )
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.set(xlabel="R² of the logarithm of sizes, mean and standard deviation over splits", xlim=(-0.55, 1.02))
    axes.axvline(0, color="black", linewidth=0.8)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=len(results["jobs"]))
    return figure


def told_figure(outcomes: dict[str, Outcome]) -> Any:
    """Predicted against recorded, of the test runs."""
    figure, all_axes = pyplot.subplots(1, max(1, len(outcomes)), figsize=(3.2 * max(1, len(outcomes)), 3.6), layout="constrained")
    for (job, outcome), axes, colour in zip(outcomes.items(), np.atleast_1d(all_axes), COLOURS):
        if outcome.told is None:
            continue
        sizes, predicted = outcome.told.sizes, outcome.told.predicted
        shown = np.random.default_rng(0).permutation(len(sizes))[:POINTS]
        ends = (max(0.5, sizes.min() / 2), sizes.max() * 2)
        axes.plot(ends, ends, color="black", linewidth=0.8)
        axes.scatter(sizes[shown], np.maximum(predicted[shown], ends[0]), s=6, alpha=0.3, color=colour, linewidths=0)
        axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends, title=title(job), xlabel="recorded, bytes")
    np.atleast_1d(all_axes)[0].set_ylabel("predicted, bytes")
    return figure


def gains_figure(results: dict[str, Any]) -> Any:
    """By job, the share of each kind of knowledge in what the trees gain."""
    by_job = results["gains_by_knowledge"]
    groups = sorted({group for gains in by_job.values() for group in gains})
    figure, axes = pyplot.subplots(figsize=(9, 1.2 + 0.55 * max(1, len(by_job))), layout="constrained")
    left = np.zeros(len(by_job))
    for group, colour, hatch in zip(groups, COLOURS, ("", "//", "..", "xx", "\\\\", "oo")):
        shares = np.array([gains.get(group, 0.0) for gains in by_job.values()])
        axes.barh([title(job) for job in by_job], shares, left=left, label=group, color=colour, hatch=hatch, edgecolor="white")
        left += shares
    axes.invert_yaxis()
    axes.set(xlabel="share of the trees' gain", xlim=(0, 1))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


def simulation_figure(results: dict[str, Any]) -> Any:
    """Mean completion time at a load of 0.7, as a share of that of first come, first served."""
    figure, axes = pyplot.subplots(figsize=(9, 4), layout="constrained")
    jobs = [job for job in results["jobs"] if relative(results, job, 0.7)]
    names = list(relative(results, jobs[0], 0.7)) if jobs else []
    for nth, (name, hatch) in enumerate(zip(names, ("", "//", "..", "xx", "\\\\"))):
        at = np.arange(len(jobs)) + (nth - (len(names) - 1) / 2) * 0.16
        heights = [relative(results, job, 0.7)[name] for job in jobs]
        bars = axes.bar(at, heights, 0.15, label=name, color=COLOURS[nth], hatch=hatch, edgecolor="white")
        axes.bar_label(bars, [f"{height:.2f}" for height in heights], fontsize=8)
    axes.set_xticks(range(len(jobs)), [title(job) for job in jobs])
    axes.set(ylabel="mean completion time,\nfirst come first served = 1")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure
