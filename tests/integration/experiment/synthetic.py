"""Runs whose answer is known: sizes that follow from what the disk was read just before, or from nothing at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

FOLDERS = ("training", "training", "training", "validation", "test")


def rows_of_run(seed: int, flows: int, follows_disk: bool) -> pd.DataFrame:
    """flows rows of two containers and three peers, one after the other: every flow has ended when the next begins."""
    draw = np.random.default_rng(seed)
    sizes = np.round(np.exp(draw.uniform(6, 12, flows)))
    read_before = sizes * 3 if follows_disk else np.round(np.exp(draw.uniform(6, 12, flows)))
    starts = np.cumsum(draw.exponential(0.2, flows))
    rows = pd.DataFrame(
        {
            "index": np.arange(flows),
            "time": starts,
            "machine": draw.choice(["a", "b", "c"], flows),
            "container": draw.choice(["left", "right"], flows),
            "cpu": draw.uniform(0, 1, flows),
            "first_call": np.minimum(sizes, 4096),
            "process_cpu_seconds": np.cumsum(draw.exponential(0.1, flows)),
            "flow_size": sizes,
        }
    )
    sender, pair = rows["container"], [rows["container"], rows["machine"]]
    rows["agg_net_out"] = rows["flow_size"].groupby(sender).cumsum() - rows["flow_size"]
    rows["agg_net_out_per_machine"] = rows["flow_size"].groupby(pair).cumsum() - rows["flow_size"]
    rows["disk_read"] = pd.Series(read_before).groupby(sender).cumsum()
    rows["previous_flow_time"] = rows["time"].groupby(sender).diff()
    return rows[[*(name for name in rows if name != "flow_size"), "flow_size"]]


def write_job(directory: Path, runs: int, flows: int, follows_disk: bool) -> None:
    """DIR/{training,validation,test}/d_N.csv, as the recorder lays them."""
    for number in range(1, runs + 1):
        folder = directory / FOLDERS[(number - 1) % len(FOLDERS)]
        folder.mkdir(parents=True, exist_ok=True)
        rows_of_run(number, flows, follows_disk).to_csv(folder / f"d_{number}.csv", index=False)


if __name__ == "__main__":
    import sys

    root, number, length = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    write_job(root / "disk", number, length, follows_disk=True)
    write_job(root / "chance", number, length, follows_disk=False)
