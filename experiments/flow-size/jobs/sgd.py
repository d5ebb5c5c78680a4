"""Logistic regression on sparse rows by stochastic gradient descent: in each iteration the driver broadcasts the weights, the
executors draw rows of theirs, and the gradients are added up on the way back, first among the executors."""

import numpy as np

from commands import serve
from spark import create_context, forget


def rows(inputs):
    """Makes the function that draws one partition's rows: which features are set, and the label. Features have the
    frequencies of words, by a power law."""

    def draw(index, _):
        random = np.random.default_rng([inputs["seed"], index])
        count = inputs["rows"] // inputs["partitions"]
        shape = (count, inputs["features"])
        columns = (inputs["dimensions"] * random.power(1 / (1 + inputs["skew"]), shape)).astype(np.int32)
        truth = np.random.default_rng(inputs["seed"]).normal(0, 1, inputs["dimensions"])
        labels = (truth[columns].sum(1) + random.normal(0, 1, count) > 0).astype(np.float64)
        for goal, part in enumerate(np.array_split(np.arange(count), inputs["partitions"])):
            yield goal, (columns[part], labels[part])

    return draw


def gradient(inputs, weights, iteration):
    """Makes the function that returns the gradient of a share of one partition's rows, and how many they were."""

    def of(index, parts):
        random = np.random.default_rng([inputs["seed"], index, iteration])
        total, count = np.zeros(inputs["dimensions"]), 0
        for _, (columns, labels) in parts:
            chosen = random.random(len(labels)) < inputs["share"]
            own = columns[chosen]
            errors = 1 / (1 + np.exp(-weights.value[own].sum(1))) - labels[chosen]
            total += np.bincount(own.ravel(), np.repeat(errors, own.shape[1]), inputs["dimensions"])
            count += int(chosen.sum())
        yield total, count

    return of


def add(a, b):
    return a[0] + b[0], a[1] + b[1]


def work(inputs):
    partitions = inputs["partitions"]
    drawn = context.parallelize(range(partitions), partitions).mapPartitionsWithIndex(rows(inputs))
    training = drawn.partitionBy(partitions, int).persist()
    weights = np.zeros(inputs["dimensions"])
    for iteration in range(inputs["iterations"]):
        shared = context.broadcast(weights)
        gradients = training.mapPartitionsWithIndex(gradient(inputs, shared, iteration))
        total, count = gradients.treeReduce(add, depth=inputs["depth"])
        weights = weights - inputs["step"] / np.sqrt(iteration + 1) * total / max(count, 1)
        shared.destroy()
    forget(context, training)
    return {"weights": float(np.linalg.norm(weights))}


context = create_context("sgd")
serve(work)
