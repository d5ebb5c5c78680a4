"""python -m flowsize --data DIR --results FILE --page FILE --pictures DIR [--smoke]: recorded runs to results, table and pictures."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, Sequence

from .evaluate import Outcome, Size, evaluate
from .features import Table, table_of
from .report import put_into_page
from .results import LOADS, about_gain, about_job, about_models, rows_of, simulated
from .runs import DataError, Run, jobs_of, read_job
from .splits import Split, is_usable, recorded_split, redrawn_splits

WHOLE = Size(training_flows=4_000, validation_flows=1_500, splits=5, seeds=5)
SMOKE = Size(training_flows=200, validation_flows=100, splits=1, seeds=1)
SMOKE_RUNS = 2

#: What the processes share: filled before they are forked, and only read.
TABLES: dict[str, Table] = {}


def main(words: Sequence[str]) -> int:
    asked = arguments(words)
    for told_to_end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told_to_end, leave)
    try:
        jobs = {directory.name: read_job(directory) for directory in jobs_of(asked.data)}
    except DataError as error:
        print(error, file=sys.stderr)
        return 1
    if asked.smoke:
        jobs = {job: smoke_runs(runs) for job, runs in jobs.items()}
    results, outcomes = worked_out({job: runs for job, runs in jobs.items() if len(runs) >= 2}, SMOKE if asked.smoke else WHOLE)
    asked.results.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    # Its import takes seconds, and memory in every process that is forked.
    from .plots import draw

    draw(results, TABLES, outcomes, asked.pictures)
    put_into_page(results, asked.page)
    say(f"{asked.results}, {asked.page} and {asked.pictures} are written")
    return 0


def arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="flowsize")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--page", type=Path, required=True)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--smoke", action="store_true")
    return parser.parse_args(words)


def smoke_runs(runs: Sequence[Run]) -> list[Run]:
    """Two that have been trained and tested on, where there are such."""
    first = [next((run for run in runs if run.folder == folder), None) for folder in ("training", "test")]
    chosen = [run for run in first if run is not None]
    return (chosen + [run for run in runs if run not in chosen])[:SMOKE_RUNS] if len(chosen) < SMOKE_RUNS else chosen


def worked_out(jobs: dict[str, list[Run]], size: Size) -> tuple[dict[str, Any], dict[str, Outcome]]:
    """All results, and by job what came out on the split as recorded."""
    TABLES.update({job: table_of(runs) for job, runs in jobs.items()})
    for job, table in TABLES.items():
        say(f"{job}: {len(jobs[job])} runs, {len(table.sizes)} flows, {len(table.features)} features")
    work = [(job, split, seeds_of(split, size)) for job in jobs for split in splits_of(jobs[job], size)]
    # Those with all seeds take longest, and come first.
    work.sort(key=lambda one: -one[2])
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("fork")) as processes:
        outcomes = list(processes.map(done, *zip(*((job, split, size, seeds) for job, split, seeds in work))))
        as_recorded = {job: outcome for (job, split, _), outcome in zip(work, outcomes) if split.name == "recorded"}
        to_simulate = [(job, outcome.told, load) for job, outcome in as_recorded.items() if outcome.told for load in LOADS]
        simulations = list(processes.map(simulated, *zip(*to_simulate))) if to_simulate else []
    rows = rows_of(outcomes)
    return {
        "size": vars(size) | {"test": "all flows of the test runs"},
        "jobs": {job: about_job(runs, TABLES[job]) for job, runs in jobs.items()},
        "models": sorted(about_models(rows), key=lambda one: list(jobs).index(one["job"])),
        "gain_of_kernel_traces": [
            *about_gain(rows, "trees: everything", "trees: without kernel traces"),
            *about_gain(rows, "trees: without first_call", "trees: without first_call and kernel traces"),
        ],
        "gains_by_knowledge": {job: as_recorded[job].gains for job in jobs if job in as_recorded},
        "simulation": [row for part in simulations for row in part],
    }, as_recorded


def splits_of(runs: Sequence[Run], size: Size) -> list[Split]:
    return [split for split in (recorded_split(runs), *redrawn_splits(size.splits, len(runs))) if is_usable(split)]


def leave(told_to_end: int, _frame: object) -> None:
    """At once, and with the processes that were forked, which would otherwise first finish what they are at."""
    for process in multiprocessing.active_children():
        process.kill()
    os._exit(128 + told_to_end)


def seeds_of(split: Split, size: Size) -> int:
    """All seeds on the split as it was recorded: what they change is not what another split changes."""
    return size.seeds if split.name == "recorded" else 1


def done(job: str, split: Split, size: Size, seeds: int) -> Outcome:
    began = time.monotonic()
    outcome = evaluate(job, TABLES[job], split, size, seeds)
    say(f"{job}, {split.name}: {time.monotonic() - began:.0f} s")
    return outcome


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
