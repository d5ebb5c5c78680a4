"""What a model is shown of a flow before it is sent: its row, and the five flows before it of the same container.

No feature knows the flow itself or a later one. Of an earlier flow that had not ended yet, nobody knows the size: instead of
it stands what of it can have left by then, which is no more than its container had sent since it began.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Sequence

import numpy as np
import pandas as pd

from .columns import LEFT_OUT, NAMES, PAIR_TOTALS, PROCESS_TOTALS, TARGET, TOTALS
from .runs import Run

WINDOW = 5
#: A name that is rarer than the others of its column is called by none.
NAMES_AT_MOST = 12


@dataclass(frozen=True)
class Feature:
    """column: of the recording; lag: 0 the flow's own row, k the k-th flow before it; kind: what was made of it."""

    column: str
    lag: int
    kind: str


@dataclass(frozen=True)
class Table:
    """x: (flows, features), NaN where not known; the others: (flows,). sizes in bytes; run: position in the job's list."""

    features: tuple[Feature, ...]
    x: np.ndarray
    sizes: np.ndarray
    run: np.ndarray
    start: np.ndarray
    pair: np.ndarray
    previous_of_pair: np.ndarray
    first_call: np.ndarray


def table_of(runs: Sequence[Run]) -> Table:
    """All flows of a job's runs, run after run. The names of a column are the same for all of them."""
    known = {name: frequent_names(runs, name) for name in NAMES}
    parts = [features_of(with_containers(run.rows), known) for run in runs]
    features = tuple(parts[0])
    rows = pd.concat([with_containers(run.rows) for run in runs], ignore_index=True)
    pair_sizes = Feature(TARGET, 1, "pair")
    x = np.vstack([np.column_stack([part[feature] for feature in features]) for part in parts]).astype(np.float32)
    return Table(
        features=features,
        x=x,
        sizes=rows[TARGET].to_numpy(float),
        run=np.repeat(np.arange(len(runs)), [len(run.rows) for run in runs]),
        start=rows["time"].to_numpy(float),
        pair=(rows["container"] + " → " + rows["machine"]).to_numpy(str),
        previous_of_pair=x[:, features.index(pair_sizes)].astype(float),
        first_call=numbers(rows, "first_call"),
    )


def features_of(rows: pd.DataFrame, known: dict[str, list[str]]) -> dict[Feature, np.ndarray]:
    """By feature, (flows,) of one run."""
    made: dict[Feature, np.ndarray] = {}
    for name in NAMES:
        for value in known[name]:
            made[Feature(name, 0, f"is {value}")] = (rows[name] == value).to_numpy(float)
    for column in numeric_columns(rows):
        made[Feature(column, 0, "value")] = numbers(rows, column)
    steps = {column: step_of(rows, column) for column in TOTALS if column in rows}
    for column, step in steps.items():
        made[Feature(column, 0, "step")] = step
    made[Feature("machine", 0, "server port")] = server_port(rows)
    made[Feature(TARGET, 1, "pair")] = sent_of_pair(rows)
    for lag in range(1, WINDOW + 1):
        made.update(lagged(rows, steps, lag))
    return made


def lagged(rows: pd.DataFrame, steps: dict[str, np.ndarray], lag: int) -> dict[Feature, np.ndarray]:
    """What the flow's container knew at its lag-th flow before this one."""
    before = positions_before(rows, lag)
    made = {
        Feature(TARGET, lag, "sent"): sent_by_now(rows, before),
        Feature(TARGET, lag, "whole"): taken(numbers(rows, TARGET), before),
        Feature("time", lag, "ago"): numbers(rows, "time") - taken(numbers(rows, "time"), before),
        Feature("machine", lag, "same"): same_machine(rows, before),
    }
    for column, step in steps.items():
        made[Feature(column, lag, "step")] = taken(step, before)
    for column in numeric_columns(rows):
        if column not in TOTALS and column not in ("index", "time"):
            made[Feature(column, lag, "value")] = taken(numbers(rows, column), before)
    return made


def positions_before(rows: pd.DataFrame, lag: int, of: Sequence[str] = ("container",)) -> np.ndarray:
    """(flows,): the position of the lag-th flow before, of the same container; -1 where there is none."""
    positions = pd.Series(np.arange(len(rows)), index=rows.index)
    return positions.groupby([rows[name] for name in of]).shift(lag, fill_value=-1).to_numpy(int)


def taken(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """(flows,): the values there; NaN for a position below 0."""
    return np.where(positions >= 0, values[positions], np.nan)


def sent_by_now(rows: pd.DataFrame, before: np.ndarray) -> np.ndarray:
    """(flows,), bytes: of the flow at that position before, what can have left when this one began."""
    size = taken(numbers(rows, TARGET), before)
    by_all = grown_since(rows, "agg_net_out", before)
    to_it = np.where(same_machine(rows, before) == 1, grown_since(rows, "agg_net_out_per_machine", before), np.inf)
    return np.minimum(size, np.fmin(by_all, to_it))


def sent_of_pair(rows: pd.DataFrame) -> np.ndarray:
    """(flows,), bytes: the same of the previous flow to the same peer."""
    return sent_by_now(rows, positions_before(rows, 1, NAMES[::-1]))


def grown_since(rows: pd.DataFrame, column: str, before: np.ndarray) -> np.ndarray:
    """(flows,): how far a total had grown from that row on; NaN where it is not recorded."""
    total = numbers(rows, column)
    return total - taken(total, before)


def step_of(rows: pd.DataFrame, column: str) -> np.ndarray:
    """(flows,): a total's growth since the previous flow that it is a total of; NaN where it is another process' total."""
    of = NAMES[::-1] if column in PAIR_TOTALS else ("container",)
    step = grown_since(rows, column, positions_before(rows, 1, of))
    return np.where(step >= 0, step, np.nan) if column in PROCESS_TOTALS else step


def same_machine(rows: pd.DataFrame, before: np.ndarray) -> np.ndarray:
    """(flows,): 1 where the flow at that position went to the same peer, 0 where not; NaN where there is none."""
    peers = rows["machine"].to_numpy(str)
    return np.where(before >= 0, peers[before] == peers, np.nan)


def server_port(rows: pd.DataFrame) -> np.ndarray:
    """(flows,): the port that does not change with each connection: that of whoever was connected to."""
    if "is_client" not in rows:
        return np.full(len(rows), np.nan)
    is_client = numbers(rows, "is_client")
    port = np.where(is_client == 1, numbers(rows, "destination_port"), numbers(rows, "source_port"))
    return np.where(np.isnan(is_client), np.nan, port)


def numeric_columns(rows: pd.DataFrame) -> list[str]:
    return [name for name in rows.columns if name not in (*NAMES, *LEFT_OUT, TARGET)]


def numbers(rows: pd.DataFrame, column: str) -> np.ndarray:
    """(flows,): a column as numbers, true as 1; NaN where it is empty, or not recorded."""
    if column not in rows:
        return np.full(len(rows), np.nan)
    values = rows[column]
    if values.dtype == object:
        values = values.map({True: 1, False: 0, "true": 1, "false": 0}).where(values.notna())
    return values.to_numpy(dtype=float, na_value=np.nan)


def with_containers(rows: pd.DataFrame) -> pd.DataFrame:
    """The public sets' rows are those of one sender, which they do not name."""
    named = rows if "container" in rows else rows.assign(container="the sender")
    return named.assign(machine=named["machine"].astype(str), container=named["container"].astype(str))


def frequent_names(runs: Sequence[Run], column: str) -> list[str]:
    """The most frequent names, in the order of the alphabet."""
    counted = Counter(name for run in runs for name in with_containers(run.rows)[column])
    return sorted(name for name, _ in sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:NAMES_AT_MOST])


def share_still_open(table: Table) -> float:
    """Of the flows whose previous one is known, the share of which it had certainly not ended when they began."""
    whole = table.x[:, table.features.index(Feature(TARGET, 1, "whole"))]
    sent = table.x[:, table.features.index(Feature(TARGET, 1, "sent"))]
    known = ~np.isnan(whole)
    return float(np.mean(sent[known] < whole[known])) if known.any() else 0.0
