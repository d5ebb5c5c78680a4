"""k-means by Lloyd's method: points are spread over the executors, and in each iteration the driver broadcasts the centres,
the executors assign their points, and the sums for each centre are shuffled together and collected."""

import numpy as np

from commands import serve
from spark import create_context, forget


def blocks(inputs):
    """Makes the function that draws one partition's points, in blocks with the key of the partition they belong to."""

    def draw(index, _):
        random = np.random.default_rng([inputs["seed"], index])
        centres = np.random.default_rng(inputs["seed"]).uniform(-10, 10, (inputs["clusters"], inputs["dimensions"]))
        weights = np.arange(1, inputs["clusters"] + 1) ** -inputs["skew"]
        count = inputs["points"] // inputs["partitions"]
        chosen = random.choice(inputs["clusters"], count, p=weights / weights.sum())
        points = (centres[chosen] + random.normal(0, inputs["noise"], (count, inputs["dimensions"]))).astype(np.float32)
        goals = np.minimum(random.exponential(inputs["partitions"] / 2, count), inputs["partitions"] - 1).astype(int)
        for goal in range(inputs["partitions"]):
            yield goal, points[goals == goal]

    return draw


def assign(centres):
    """Makes the function that sums up one partition's points for each centre that is nearest to them."""

    def sums(parts):
        points = np.concatenate([block for _, block in parts] or [np.empty((0, centres.value.shape[1]))])
        if len(points) == 0:
            return
        distances = (centres.value**2).sum(1) - 2 * points @ centres.value.T
        nearest = distances.argmin(1)
        for centre in np.unique(nearest):
            own = points[nearest == centre]
            yield int(centre), (own.sum(0, dtype=np.float64), len(own))

    return sums


def add(a, b):
    return a[0] + b[0], a[1] + b[1]


def work(inputs):
    partitions = inputs["partitions"]
    drawn = context.parallelize(range(partitions), partitions).mapPartitionsWithIndex(blocks(inputs))
    points = drawn.partitionBy(partitions, int).persist()
    # The first guess is among the points themselves.
    some = points.flatMap(lambda block: block[1][: inputs["clusters"]]).take(inputs["clusters"] * 4)
    chosen = np.random.default_rng(inputs["seed"]).permutation(len(some))[: inputs["clusters"]]
    centres = np.array([some[at] for at in chosen], dtype=np.float32)
    for _ in range(inputs["iterations"]):
        shared = context.broadcast(centres)
        summed = points.mapPartitions(assign(shared)).reduceByKey(add, min(partitions, 4)).collect()
        centres = centres.copy()
        for centre, (total, count) in summed:
            centres[centre] = total / count
        shared.destroy()
    forget(context, points)
    return {"centres": float(np.linalg.norm(centres))}


context = create_context("kmeans")
serve(work)
