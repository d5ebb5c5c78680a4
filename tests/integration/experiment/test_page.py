"""The page says what the results say."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

from flowsize.report import BEGIN, END, in_bytes, pm, put_into_page, tables

ROOT = Path(__file__).resolve().parents[3]


class Page(unittest.TestCase):
    def test_that_page_and_results_are_of_one_run(self) -> None:
        results = json.loads((ROOT / "experiments/flow-size/results.json").read_text(encoding="utf-8"))
        page = (ROOT / "docs/flow-size.md").read_text(encoding="utf-8")
        self.assertEqual(page.split(BEGIN)[1].split(END)[0].strip(), tables(results).strip())

    def test_that_nothing_but_the_block_is_replaced(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            page = Path(folder) / "page.md"
            page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
            put_into_page(NOTHING, page)
            text = page.read_text(encoding="utf-8")
            self.assertTrue(text.startswith(f"before\n{BEGIN}\n") and text.endswith(f"{END}\nafter\n"))
            self.assertNotIn("old", text)
            page.write_text("no marks", encoding="utf-8")
            with self.assertRaisesRegex(ValueError, "has not once each of the lines"):
                put_into_page(NOTHING, page)

    def test_how_numbers_are_written(self) -> None:
        self.assertEqual(pm({"mean": -0.25, "sd": 0.0014}), "−0.250 ± 0.001")
        self.assertEqual(pm({"mean": None, "sd": None}), "–")
        self.assertEqual([in_bytes(size) for size in (12, 1234, 5.6e6, 7e9)], ["12 B", "1.23 kB", "5.6 MB", "7 GB"])


NOTHING = {"jobs": {}, "models": [], "gain_of_kernel_traces": [], "simulation": []}

if __name__ == "__main__":
    unittest.main()
