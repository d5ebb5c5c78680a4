"""The tables of the page. What stands between its two marks is written here, so that page and results cannot differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Sequence

BEGIN = "<!-- results: written by npm run experiment -->"
END = "<!-- end of results -->"

#: R² on sizes of what others measured with the first public set: XGBoost with a window of five, and without context.
PUBLISHED = {"kmeans": (0.884, 0.851), "pagerank": (0.855, 0.603), "sgd": (0.600, -0.259)}
TITLES = {"kmeans": "k-means", "pagerank": "PageRank", "sgd": "SGD", "web": "web server"}

Spread = dict[str, Any]
Results = dict[str, Any]


def put_into_page(results: Results, page: Path) -> None:
    """Replaces what is between the marks; a page that is not there is made of nothing but them."""
    text = page.read_text(encoding="utf-8") if page.exists() else f"{BEGIN}\n{END}\n"
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"{page} has not once each of the lines {BEGIN} and {END}, between which the results go.")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    page.write_text(f"{before}{BEGIN}\n\n{tables(results)}\n\n{END}{after}", encoding="utf-8")


def tables(results: Results) -> str:
    parts = [
        short(results),
        "### The flows\n\n" + flows_table(results),
        "### Beside the published reruns\n\n" + published_table(results),
        *(f"### {title}\n\n" + models_table(results, metric, shown) for title, metric, shown in METRIC_TABLES),
        "### Flows of more than one send call\n\n" + longer_table(results),
        "### What kernel traces add\n\n" + kernel_table(results),
        "### What seeds change\n\n" + seeds_table(results),
        "### What it buys\n\n" + simulation_table(results),
    ]
    return "\n\n".join(parts)


def short(results: Results) -> str:
    """The answers, one line per job."""
    head = "R² is that of sizes, and in brackets that of their logarithms; mean ± standard deviation over the splits."
    return "\n".join(["### In short", "", head, "", *(short_of(results, job) for job in results["jobs"])])


def short_of(results: Results, job: str) -> str:
    best = best_baseline(results, job)
    gain = next((one for one in results["gain_of_kernel_traces"] if one["job"] == job), None)
    parts = [
        f"- **{title(job)}**: R² {both(results, job, 'trees: everything')} with everything",
        f"{both(results, job, 'trees: without first_call')} without `first_call`",
        f"{both(results, job, best)} by the best baseline, {best}",
    ]
    if gain is not None:
        parts.append(f"kernel traces change it by {signed(gain['r2'])} ({signed(gain['r2_log'])})")
    simulation = relative(results, job, 0.7)
    if simulation:
        known, predicted, unknown = (
            simulation[name]
            for name in ("shortest remaining, known", "shortest remaining, predicted", "least attained service")
        )
        parts.append(
            f"at a load of 0.7 the mean completion time is {known:.2f} of first come first served with sizes known, "
            f"{predicted:.2f} with sizes predicted, {unknown:.2f} without sizes (least attained service)"
        )
    return "; ".join(parts) + "."


def both(results: Results, job: str, name: str) -> str:
    """R² of sizes and of their logarithms."""
    one = model(results, job, name)
    return f"{pm(one['r2']['splits'])} ({pm(one['r2_log']['splits'])})"


def best_baseline(results: Results, job: str) -> str:
    """Of what needs no more than a look-up."""

    def r2(name: str) -> float:
        mean = model(results, job, name)["r2"]["splits"]["mean"]
        return float("-inf") if mean is None else mean

    return max(("mean", "median of the pair", "previous flow of the pair"), key=r2)


def relative(results: Results, job: str, load: float) -> dict[str, float]:
    """Mean completion time by discipline, as a share of that of first come, first served."""
    rows = {one["discipline"]: one for one in results["simulation"] if one["job"] == job and one["load"] == load}
    first = rows.get("first come, first served")
    return {name: one["mean_seconds"] / first["mean_seconds"] for name, one in rows.items()} if first else {}


def flows_table(results: Results) -> str:
    head = ("job", "runs", "flows", "bytes", "median size", "99th percentile", "largest", "of one send call", "previous not ended", "CPU busy")
    return table(head, [flows_row(job, about) for job, about in results["jobs"].items()])


def flows_row(job: str, about: dict[str, Any]) -> list[str]:
    sizes = (in_bytes(about[key]) for key in ("bytes", "size_median", "size_p99", "size_max"))
    counts = (f"{about['runs']}", f"{about['flows']:,}")
    return [title(job), *counts, *sizes, percent(about["share_of_one_send"]), percent(about["share_previous_still_open"]), percent(about["host_cpu"])]


def published_table(results: Results) -> str:
    head = ("job", "published, window 5", "ours, the same columns", "ours, everything", "published, no context", "ours, the same columns, no context")
    rows = []
    for job in results["jobs"]:
        window, none = (f"{value:.3f}".replace("-", "−") for value in PUBLISHED[job]) if job in PUBLISHED else ("–", "–")
        same, everything, bare = (
            pm(model(results, job, f"trees: {name}")["r2"]["splits"])
            for name in ("published columns", "everything", "published columns, window 0")
        )
        rows.append([title(job), window, same, everything, none, bare])
    return table(head, rows)


def models_table(results: Results, metric: str, shown: Callable[[Spread], str]) -> str:
    names = list(dict.fromkeys(one["model"] for one in results["models"]))
    rows = [[name, *(shown(model(results, job, name)[metric]["splits"]) for job in results["jobs"])] for name in names]
    return table(("model", *map(title, results["jobs"])), rows)


def longer_table(results: Results) -> str:
    names = ("trees: everything", "trees: without first_call", "trees: first_call alone")
    rows = [[name, *(pm(model(results, job, name)["r2_log_of_longer"]) for job in results["jobs"])] for name in names]
    return table(("R² of the logarithm", *map(title, results["jobs"])), rows)


def kernel_table(results: Results) -> str:
    head = ("job", "compared", "R²", "R² of the logarithm", "mean absolute error", "median relative error")
    rows = [
        [
            title(one["job"]),
            "without `first_call`" if "first_call" in one["with"] else "with everything else",
            signed(one["r2"]),
            signed(one["r2_log"]),
            fewer(one["less_absolute_error"]),
            fewer(one["less_relative_error"]),
        ]
        for one in results["gain_of_kernel_traces"]
    ]
    return table(head, rows)


def seeds_table(results: Results) -> str:
    names = ("trees: everything", "trees: without context (window 0)", "net: everything")
    rows = [[name, *(pm(model(results, job, name)["r2"]["seeds"]) for job in results["jobs"])] for name in names]
    return table(("R² over seeds, split as recorded", *map(title, results["jobs"])), rows)


def simulation_table(results: Results) -> str:
    rows = []
    for job in results["jobs"]:
        for load in dict.fromkeys(one["load"] for one in results["simulation"]):
            ones = [one for one in results["simulation"] if one["job"] == job and one["load"] == load]
            if ones:
                rows.append([title(job), f"{load}", *(f"{in_ms(one['mean_seconds'])} / {in_ms(one['p99_seconds'])}" for one in ones)])
    names = dict.fromkeys(one["discipline"] for one in results["simulation"])
    return table(("job", "load", *names), rows)


def model(results: Results, job: str, name: str) -> dict[str, Any]:
    return next(one for one in results["models"] if one["job"] == job and one["model"] == name)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def title(job: str) -> str:
    return TITLES.get(job, job)


def pm(value: Spread) -> str:
    """Mean ± standard deviation."""
    return "–" if value["mean"] is None else f"{value['mean']:.3f} ± {value['sd']:.3f}".replace("-", "−")


def signed(value: Spread) -> str:
    return "–" if value["mean"] is None else f"{value['mean']:+.3f} ± {value['sd']:.3f}".replace("-", "−")


def fewer(value: Spread) -> str:
    """A share by which an error became less, as a change of it."""
    return "–" if value["mean"] is None else f"{-100 * value['mean']:+.1f} ± {100 * value['sd']:.1f} %".replace("-", "−")


def pm_percent(value: Spread) -> str:
    return "–" if value["mean"] is None else f"{100 * value['mean']:.1f} ± {100 * value['sd']:.1f} %"


def pm_bytes(value: Spread) -> str:
    return "–" if value["mean"] is None else f"{in_bytes(value['mean'])} ± {in_bytes(value['sd'])}"


def percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def in_bytes(value: float) -> str:
    """With three digits and the unit that suits."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if value >= factor:
            return f"{value / factor:.3g} {unit}"
    return f"{value:.0f} B"


def in_ms(seconds: float) -> str:
    return f"{1000 * seconds:.3g}"


METRIC_TABLES: tuple[tuple[str, str, Callable[[Spread], str]], ...] = (
    ("R² of sizes", "r2", pm),
    ("R² of the logarithm of sizes", "r2_log", pm),
    ("Mean absolute error", "mean_absolute_error", pm_bytes),
    ("Median relative error", "median_relative_error", pm_percent),
)
