"""The link, against what can be reckoned by hand: one byte takes one second."""

from __future__ import annotations

import unittest

import numpy as np
from flowsize.simulate import (
    Policy,
    completion_times,
    fair,
    first_come,
    least_attained,
    shortest_remaining,
    starts_at_load,
)

# A flow of 10 bytes at 0 s, one of 2 at 1 s, one of 1 at 2 s.
STARTS, SIZES = np.array([0.0, 1.0, 2.0]), np.array([10.0, 2.0, 1.0])


def times(policy: Policy, expected: np.ndarray = SIZES) -> list[float]:
    return [round(float(one), 6) for one in completion_times(STARTS, SIZES, expected, 1.0, policy)]


class Disciplines(unittest.TestCase):
    def test_first_come(self) -> None:
        # Ends at 10, 12 and 13.
        self.assertEqual(times(first_come), [10, 11, 11])

    def test_shortest_remaining(self) -> None:
        # The second has the link from 1 to 3, as short as the third at 2; that follows until 4, then the first until 13.
        self.assertEqual(times(shortest_remaining), [13, 2, 2])

    def test_shortest_remaining_by_predictions_that_are_wrong(self) -> None:
        # Expected 1, 2, 1. The first outlives its size at 1 s and is expected to take 2, of which 1 is left: it stays; at 2 s
        # it is expected to take 4, and the third, which has 1, comes first, until 3; then the second, which has 2, as the
        # first has, but the first came before: until 5, and is expected to take 8, so that the second goes on, until 7.
        self.assertEqual(times(shortest_remaining, np.array([1.0, 2.0, 1.0])), [13, 6, 1])

    def test_fair(self) -> None:
        # From 1 s two share, from 2 s three: the second has 1.5 left and the third 1, which ends at 5; the second at 6.
        self.assertEqual(times(fair), [13, 5, 3])

    def test_least_attained(self) -> None:
        # The second from 1 s; at 2 s it has had 1, as the first; the third goes first, until 3. The others then share: the
        # second's last byte takes until 5, and the first ends at 13.
        self.assertEqual(times(least_attained), [13, 4, 1])

    def test_that_an_idle_link_waits(self) -> None:
        starts, sizes = np.array([0.0, 100.0]), np.array([5.0, 7.0])
        for policy in (first_come, fair, least_attained, shortest_remaining):
            self.assertEqual(list(completion_times(starts, sizes, sizes, 1.0, policy)), [5, 7])

    def test_that_flows_that_come_together_are_all_served(self) -> None:
        sizes = np.random.default_rng(1).integers(1, 10**9, 200).astype(float)
        starts = np.repeat(np.arange(20.0), 10)
        for policy in (first_come, fair, least_attained, shortest_remaining):
            ended = starts + completion_times(starts, sizes, sizes[::-1], 1e6, policy)
            self.assertAlmostEqual(ended.max(), sizes.sum() / 1e6, places=3)


class Load(unittest.TestCase):
    def test_that_the_link_is_busy_for_that_share_of_the_time(self) -> None:
        starts = starts_at_load(np.array([5.0, 6.0, 7.0]), np.array([10.0, 20.0, 30.0]), 2.0, 0.5)
        self.assertEqual(list(starts), [0.0, 30.0, 60.0])

    def test_that_flows_of_one_moment_stay_so(self) -> None:
        self.assertEqual(list(starts_at_load(np.array([5.0, 5.0]), np.array([1.0, 2.0]), 1.0, 0.5)), [0.0, 0.0])


if __name__ == "__main__":
    unittest.main()
