"""Runs are read from every format that they are kept in, and what is no run is named."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from flowsize.runs import DataError, jobs_of, read_job
from synthetic import rows_of_run, write_job


class Reading(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def test_that_all_formats_hold_the_same_rows(self) -> None:
        rows = rows_of_run(1, 10, True)
        folder = self.root / "job" / "test"
        folder.mkdir(parents=True)
        rows.to_csv(folder / "d_1.csv", index=False)
        rows.to_csv(folder / "d_2.csv.gz", index=False)
        rows.to_csv(folder / "d_3.csv.xz", index=False)
        rows.to_parquet(folder / "d_10.parquet")
        (folder / "d_1.json").write_text("{}")
        runs = read_job(self.root / "job")
        self.assertEqual([run.number for run in runs], [1, 2, 3, 10])
        for run in runs:
            self.assertEqual(list(run.rows["flow_size"]), list(rows["flow_size"]))
            self.assertEqual(list(run.rows["machine"]), list(rows["machine"]))

    def test_that_what_a_container_sends_to_itself_is_left_out(self) -> None:
        rows = rows_of_run(1, 10, True)
        rows.loc[3, "machine"] = "127.0.0.1"
        rows.loc[5, "machine"] = "::1"
        folder = self.root / "job" / "test"
        folder.mkdir(parents=True)
        rows.to_csv(folder / "d_1.csv", index=False)
        self.assertEqual(list(read_job(self.root / "job")[0].rows["index"]), [0, 1, 2, 4, 6, 7, 8, 9])

    def test_that_a_run_without_flows_is_none(self) -> None:
        write_job(self.root / "job", 2, 10, True)
        (self.root / "job" / "test").mkdir()
        (self.root / "job" / "test" / "d_3.csv").write_text("time,machine,flow_size\n")
        self.assertEqual([run.number for run in read_job(self.root / "job")], [1, 2])

    def test_that_what_is_no_run_is_named(self) -> None:
        folder = self.root / "job" / "test"
        folder.mkdir(parents=True)
        (folder / "d_1.csv").write_text("a,b\n1,2\n")
        with self.assertRaisesRegex(DataError, "d_1.csv has no column time"):
            read_job(self.root / "job")

    def test_that_a_folder_without_runs_is_named(self) -> None:
        with self.assertRaisesRegex(DataError, "There are no runs in"):
            jobs_of(self.root)


if __name__ == "__main__":
    unittest.main()
