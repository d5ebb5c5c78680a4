"""One of the web server's clients: some connections that stay open, each of which asks for an object, reads it, thinks, and asks
for the next, for as long as the run takes."""

import http.client
import threading
import time

import numpy as np

from commands import serve

PIECE = 1 << 16


def work(inputs):
    received = []
    until = time.monotonic() + inputs["seconds"]
    users = [threading.Thread(target=use, args=(inputs, user, until, received)) for user in range(inputs["connections"])]
    for user in users:
        user.start()
    for user in users:
        user.join()
    return {"objects": len(received), "bytes": sum(received)}


def use(inputs, user, until, received):
    random = np.random.default_rng([inputs["seed"], inputs["client"], user])
    weights = np.arange(1, inputs["objects"] + 1) ** -inputs["popularity"]
    weights /= weights.sum()
    # Who is popular has nothing to do with who is large.
    names = np.random.default_rng(inputs["seed"]).permutation(inputs["objects"])
    connection = http.client.HTTPConnection("server", timeout=30)
    while time.monotonic() < until:
        received.append(fetch(connection, names[random.choice(inputs["objects"], p=weights)]))
        time.sleep(random.exponential(inputs["think"]))
    connection.close()


def fetch(connection, name):
    connection.request("GET", f"/{name}")
    answer = connection.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"object {name}: the server answers {answer.status}")
    total = 0
    while piece := answer.read(PIECE):
        total += len(piece)
    return total


serve(work)
