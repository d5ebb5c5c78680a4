"""PageRank on a drawn graph: the links are spread by page, and in each iteration joined with the ranks, whose shares are
shuffled to the pages they go to."""

from operator import add

import numpy as np

from commands import serve
from spark import create_context, forget

DAMPING = 0.85


def links(inputs):
    """Makes the function that draws the pages of one partition, each with those it links to: some pages are far more popular
    than others, by a power law."""

    def draw(index, _):
        random = np.random.default_rng([inputs["seed"], index])
        pages = range(index, inputs["pages"], inputs["partitions"])
        degrees = random.geometric(1 / inputs["degree"], len(pages))
        goals = (inputs["pages"] * random.power(1 / (1 + inputs["skew"]), degrees.sum())).astype(int)
        ends = degrees.cumsum()
        for page, end, degree in zip(pages, ends, degrees):
            yield page, np.unique(goals[end - degree : end]).tolist()

    return draw


def shares(page):
    goals, rank = page
    return [(goal, rank / len(goals)) for goal in goals]


def work(inputs):
    partitions = inputs["partitions"]
    drawn = context.parallelize(range(partitions), partitions).mapPartitionsWithIndex(links(inputs))
    # By another key than they were drawn by, so that they really move.
    graph = drawn.partitionBy(partitions, lambda page: page // 7).persist()
    ranks = graph.mapValues(lambda _: 1.0)
    kept = [graph]
    for _ in range(inputs["iterations"]):
        given = graph.join(ranks, partitions).values().flatMap(shares)
        ranks = given.reduceByKey(add, partitions).mapValues(lambda rank: 1 - DAMPING + DAMPING * rank).persist()
        ranks.count()
        kept.append(ranks)
    best = ranks.takeOrdered(inputs["best"], key=lambda page: -page[1])
    forget(context, *kept)
    return {"best": best[0][0]}


context = create_context("pagerank")
serve(work)
