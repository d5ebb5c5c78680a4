"""One link, flows that come as they were recorded, and who may send first. Times in seconds, sizes in bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

import numpy as np

#: A flow that has less to send than this is done: what is left of sums of fractions.
NOTHING = 1e-3


@dataclass
class Link:
    """The flows that are at the link, (flows,) each; arrays of all flows, of which `here` says who has come and not ended."""

    sizes: np.ndarray
    expected: np.ndarray
    attained: np.ndarray
    here: np.ndarray

    def waiting(self) -> np.ndarray:
        return np.flatnonzero(self.here)


#: Tells who sends now (each an equal share), and after how many bytes each this has to be asked again.
Policy = Callable[[Link], tuple[np.ndarray, float]]


def first_come(link: Link) -> tuple[np.ndarray, float]:
    """Flows are in the order in which they came."""
    return link.waiting()[:1], np.inf


def fair(link: Link) -> tuple[np.ndarray, float]:
    """All at once, as without any scheduling."""
    return link.waiting(), np.inf


def shortest_remaining(link: Link) -> tuple[np.ndarray, float]:
    """By sizes as they are expected. One that has outlived its size is expected to take as much again."""
    waiting = link.waiting()
    attained = link.attained[waiting]
    expected = link.expected[waiting]
    while (outlived := attained >= expected - NOTHING).any():
        expected = np.where(outlived, np.maximum(expected * 2, 1), expected)
    link.expected[waiting] = expected
    remaining = expected - attained
    first = int(np.argmin(remaining))
    return waiting[first : first + 1], float(remaining[first])


def least_attained(link: Link) -> tuple[np.ndarray, float]:
    """Without sizes: who has sent least, which is a guess that what is new is short."""
    waiting = link.waiting()
    attained = link.attained[waiting]
    least = attained.min()
    among = attained <= least + NOTHING
    others = attained[~among]
    return waiting[among], float(others.min() - least) if len(others) > 0 else np.inf


def completion_times(starts: np.ndarray, sizes: np.ndarray, expected: np.ndarray, rate: float, policy: Policy) -> np.ndarray:
    """(flows,), seconds from a flow's start to its end, in the order of the starts, which must not go down. rate: bytes/s."""
    link = Link(sizes.astype(float), np.maximum(expected.astype(float), 1), np.zeros(len(sizes)), np.zeros(len(sizes), bool))
    ended = np.zeros(len(sizes))
    now, coming = 0.0, 0
    while coming < len(sizes) or link.here.any():
        if not link.here.any():
            now = max(now, float(starts[coming]))
        while coming < len(sizes) and starts[coming] <= now:
            link.here[coming] = True
            coming += 1
        sending, until_asked = policy(link)
        left = link.sizes[sending] - link.attained[sending]
        until_next = (float(starts[coming]) - now) * rate / len(sending) if coming < len(sizes) else np.inf
        share = max(0.0, min(float(left.min()), until_asked, until_next))
        link.attained[sending] += share
        now = float(starts[coming]) if share == until_next else now + share * len(sending) / rate
        done = sending[left - share <= NOTHING]
        link.here[done] = False
        ended[done] = now
    return ended - starts


@dataclass(frozen=True)
class Discipline:
    name: str
    policy: Policy
    knows: str


DISCIPLINES = (
    Discipline("first come, first served", first_come, "nothing"),
    Discipline("fair sharing", fair, "nothing"),
    Discipline("least attained service", least_attained, "nothing"),
    Discipline("shortest remaining, predicted", shortest_remaining, "predictions"),
    Discipline("shortest remaining, known", shortest_remaining, "sizes"),
)


def starts_at_load(starts: np.ndarray, sizes: np.ndarray, rate: float, load: float) -> np.ndarray:
    """(flows,), seconds: time is stretched or pressed so that from the first to the last start the link is busy for that share."""
    span = float(starts[-1] - starts[0])
    wanted = float(sizes.sum()) / rate / load
    return (starts - starts[0]) * (wanted / span) if span > 0 else np.zeros(len(starts))
