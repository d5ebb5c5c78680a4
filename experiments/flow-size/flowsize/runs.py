"""Reading of recorded runs: DIR/JOB/{training,validation,test}/d_N with one row per flow, in the order of their starts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .columns import NAMES, TARGET

FOLDERS = ("training", "validation", "test")
#: What a run's file may be called; a compressed one is smaller, and holds the same rows.
SUFFIXES = (".csv", ".csv.gz", ".csv.xz", ".parquet")


class DataError(Exception):
    """The recorded runs are not there, or are not what they should be; the text says which and what to do."""


@dataclass(frozen=True)
class Run:
    """One run of a job. rows: one per flow; bytes, seconds and fractions as the sidecar says."""

    job: str
    number: int
    folder: str
    rows: pd.DataFrame


def read_job(directory: Path) -> list[Run]:
    """All runs of a job that have a flow, by number. Raises DataError."""
    found = [(folder, file) for folder in FOLDERS for file in sorted((directory / folder).glob("d_*")) if is_run(file)]
    runs = [Run(directory.name, number_of(file), folder, read_rows(file)) for folder, file in found]
    return sorted((run for run in runs if len(run.rows) > 0), key=lambda run: run.number)


def jobs_of(directory: Path) -> list[Path]:
    """The folders below with runs in them, by name. Raises DataError where there is none."""
    jobs = sorted({file.parent.parent for folder in FOLDERS for file in directory.glob(f"*/{folder}/d_*") if is_run(file)})
    if not jobs:
        raise DataError(
            f"There are no runs in {directory}: it has no JOB/training/d_N.csv. "
            "Record some (npm run experiment -- record), or name the folder that they are in."
        )
    return jobs


def read_rows(file: Path) -> pd.DataFrame:
    """The rows of a run's file that are flows between machines. Raises DataError where it is not one."""
    try:
        rows = pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file, dtype={name: str for name in NAMES})
    except Exception as error:
        raise DataError(f"{file} cannot be read as the rows of a run: {error}") from error
    lacking = [name for name in ("time", "machine", TARGET) if name not in rows]
    if lacking:
        raise DataError(f"{file} has no column {lacking[0]}: it is no run of a data set.")
    return rows[~is_to_itself(rows)].reset_index(drop=True)


def is_to_itself(rows: pd.DataFrame) -> pd.Series:
    """Whether a flow goes over loopback: a driver's Python talks to its JVM so, and nothing of that is on a network."""
    return rows["machine"].astype(str).str.match(r"127\.|::1$")


def is_run(file: Path) -> bool:
    return any(file.name.endswith(suffix) for suffix in SUFFIXES)


def number_of(file: Path) -> int:
    """The N of d_N. Raises DataError."""
    found = re.fullmatch(r"d_(\d+)\..*", file.name)
    if found is None:
        raise DataError(f"{file} is not called d_N, with N its number.")
    return int(found.group(1))
