"""The web server's objects: as many as the inputs say, with sizes from a bounded Pareto distribution, named 0, 1, …"""

import os
import shutil

import numpy as np

from commands import serve

FOLDER = "/srv/objects"


def sizes(inputs):
    """By the inverse of the distribution's function, so that the bounds are met without drawing again."""
    low, high, shape = inputs["smallest"], inputs["largest"], inputs["shape"]
    drawn = np.random.default_rng(inputs["seed"]).random(inputs["objects"])
    return (low * (1 - drawn * (1 - (low / high) ** shape)) ** (-1 / shape)).astype(int)


def work(inputs):
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    chosen = sizes(inputs)
    for name, size in enumerate(chosen):
        write(f"{FOLDER}/{name}", int(size), is_cold=name % 100 < inputs["cold"] * 100)
    return {"bytes": int(chosen.sum())}


def write(path, size, is_cold):
    """Cold objects are read from the disk when they are asked for the first time."""
    with open(path, "wb") as file:
        file.write(os.urandom(size))
        file.flush()
        if is_cold:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


serve(work)
