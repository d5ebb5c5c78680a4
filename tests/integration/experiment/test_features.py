"""Nothing that a model is shown of a flow is of the flow itself, or of a later one."""

from __future__ import annotations

import unittest
from dataclasses import replace

import numpy as np
import pandas as pd
from flowsize.evaluate import Parts, Size, baselines, parts_of, told_by_trees
from flowsize.features import Feature, Table, share_still_open, table_of
from flowsize.models import TREES_TO_TRY
from flowsize.runs import Run
from flowsize.scores import r_squared
from flowsize.splits import recorded_split, redrawn_splits
from flowsize.variants import ALL, LAST_SIZES, NO_CONTEXT, NO_FIRST_CALL, ONLY_FIRST_CALL, VARIANTS, Variant, columns_of
from synthetic import FOLDERS, rows_of_run

SIZE = Size(training_flows=2000, validation_flows=1000, splits=1, seeds=1)
UNENDED_BUT_NO_FIRST_CALL = Variant("", lambda feature: feature.column != "first_call")


def runs_of(follows_disk: bool, count: int = 5, flows: int = 300) -> list[Run]:
    return [
        Run("job", seed + 1, FOLDERS[seed % len(FOLDERS)], rows_of_run(seed, flows, follows_disk)) for seed in range(count)
    ]


def column(table: Table, name: str, lag: int, kind: str) -> np.ndarray:
    return table.x[:, table.features.index(Feature(name, lag, kind))]


class Features(unittest.TestCase):
    def test_that_a_changed_flow_changes_no_feature_of_itself_or_of_an_earlier_one(self) -> None:
        rows = rows_of_run(1, 60, True)
        other = rows.copy()
        other.loc[30, "flow_size"] = 987_654_321
        later = rows.copy()
        for name in ("cpu", "agg_net_out", "disk_read", "flow_size", "first_call"):
            later.loc[31:, name] = later.loc[31:, name] * 7 + 1
        honest = [at for at in columns_of(ALL, table_of([Run("job", 1, "test", rows)]).features)]
        plain, changed, after = (table_of([Run("job", 1, "test", one)]).x[:, honest] for one in (rows, other, later))
        np.testing.assert_array_equal(plain[:31], changed[:31])
        np.testing.assert_array_equal(plain[:31], after[:31])
        self.assertFalse(np.array_equal(plain[31:], after[31:], equal_nan=True))

    def test_that_the_window_is_of_the_same_container_and_the_same_run(self) -> None:
        rows = pd.DataFrame(
            {
                "time": [0.0, 1.0, 2.0, 3.0],
                "machine": ["b", "a", "b", "c"],
                "container": ["a", "b", "a", "a"],
                "agg_net_out": [0, 0, 10, 30],
                "agg_net_out_per_machine": [0, 0, 10, 0],
                "flow_size": [10, 5, 20, 7],
            }
        )
        table = table_of([Run("job", 1, "training", rows), Run("job", 2, "test", rows)])
        nan = np.nan
        np.testing.assert_array_equal(column(table, "flow_size", 1, "sent"), [nan, nan, 10, 20] * 2)
        np.testing.assert_array_equal(column(table, "flow_size", 2, "sent"), [nan, nan, nan, 10] * 2)
        np.testing.assert_array_equal(column(table, "agg_net_out", 0, "step"), [nan, nan, 10, 20] * 2)
        np.testing.assert_array_equal(column(table, "flow_size", 1, "pair"), [nan, nan, 10, nan] * 2)
        np.testing.assert_array_equal(column(table, "time", 1, "ago"), [nan, nan, 2, 1] * 2)

    def test_that_of_a_flow_that_has_not_ended_no_more_is_shown_than_had_left(self) -> None:
        rows = pd.DataFrame(
            {
                "time": [0.0, 1.0],
                "machine": ["b", "c"],
                "container": ["a", "a"],
                "agg_net_out": [0, 300],
                "agg_net_out_per_machine": [0, 0],
                "flow_size": [1000, 5],
            }
        )
        table = table_of([Run("job", 1, "test", rows)])
        self.assertEqual(column(table, "flow_size", 1, "sent")[1], 300)
        self.assertEqual(share_still_open(table), 1.0)

    def test_that_a_total_of_another_process_gives_no_difference(self) -> None:
        rows = rows_of_run(1, 20, True).assign(container="left")
        rows.loc[10, "process_cpu_seconds"] = 0.0
        step = column(table_of([Run("job", 1, "test", rows)]), "process_cpu_seconds", 0, "step")
        self.assertTrue(np.isnan(step[10]))
        self.assertFalse(np.isnan(step[11]))

    def test_what_each_variant_is_shown(self) -> None:
        features = table_of(runs_of(True)).features
        shown = {variant: [features[at] for at in columns_of(variant, features)] for variant in VARIANTS}
        self.assertEqual(shown[ONLY_FIRST_CALL], [Feature("first_call", 0, "value")])
        self.assertEqual([one.lag for one in shown[LAST_SIZES]], [1, 2, 3, 4, 5])
        self.assertEqual({one.lag for one in shown[NO_CONTEXT]}, {0})
        self.assertNotIn("first_call", {one.column for one in shown[NO_FIRST_CALL]})
        self.assertFalse([one for one in shown[ALL] if one.column == "flow_size" and one.lag == 0])


class Answers(unittest.TestCase):
    def test_that_sizes_that_follow_from_the_disk_are_told(self) -> None:
        self.assertGreater(r2_of_trees(NO_FIRST_CALL, True), 0.9)

    def test_that_sizes_of_chance_are_not(self) -> None:
        for variant in (NO_FIRST_CALL, LAST_SIZES, UNENDED_BUT_NO_FIRST_CALL):
            self.assertLess(r2_of_trees(variant, False), 0.1)
        table, parts = known_answer(False)
        for name, tell in baselines(table, parts):
            self.assertLess(r_squared(np.log1p(table.sizes[parts.test]), tell(True)), 0.1, name)

    def test_that_a_feature_that_leaks_would_be_seen(self) -> None:
        table, parts = known_answer(False)
        leaking = replace(table, x=np.column_stack([table.x, table.sizes]), features=(*table.features, Feature("leak", 0, "value")))
        self.assertGreater(r2_of(leaking, parts, NO_FIRST_CALL), 0.9)


def r2_of_trees(variant: Variant, follows_disk: bool) -> float:
    return r2_of(*known_answer(follows_disk), variant)


def r2_of(table: Table, parts: Parts, variant: Variant) -> float:
    told = told_by_trees(table, parts, variant, TREES_TO_TRY[0], True, 0)
    return r_squared(np.log1p(table.sizes[parts.test]), told)


def known_answer(follows_disk: bool) -> tuple[Table, Parts]:
    runs = runs_of(follows_disk)
    table = table_of(runs)
    return table, parts_of(table, recorded_split(runs), SIZE)


class Splits(unittest.TestCase):
    def test_that_each_run_is_in_one_part_and_draws_differ(self) -> None:
        splits = redrawn_splits(5, 20)
        for split in splits:
            self.assertEqual(sorted((*split.training, *split.validation, *split.test)), list(range(20)))
            self.assertEqual((len(split.training), len(split.validation), len(split.test)), (12, 4, 4))
        self.assertEqual(len({split.test for split in splits}), 5)
        self.assertEqual(splits, redrawn_splits(5, 20))

    def test_that_two_runs_are_one_to_train_and_one_to_test(self) -> None:
        split = redrawn_splits(1, 2)[0]
        self.assertEqual((len(split.training), len(split.validation), len(split.test)), (1, 0, 1))


if __name__ == "__main__":
    unittest.main()
