# SPDX-License-Identifier: MIT
"""The tutorial's cells run, and print what is printed in it."""

import pathlib
import re
import unittest

import nbclient
import nbformat

TUTORIAL = pathlib.Path(__file__).resolve().parents[2] / "bindings/python/docs/tutorial.ipynb"


def printed(cell):
    """The plain text of a cell's outputs."""
    texts = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return re.sub(r"0x[0-9a-f]+", "0x", "".join(texts)).strip()


class Tutorial(unittest.TestCase):
    def test_runs_and_prints_what_is_in_it(self):
        written = nbformat.read(TUTORIAL, as_version=4)
        run = nbformat.read(TUTORIAL, as_version=4)
        for cell in run.cells:
            if cell.cell_type == "code":
                cell.outputs = []
        nbclient.NotebookClient(run, timeout=120, kernel_name="python3").execute()
        cells = [pair for pair in zip(written.cells, run.cells) if pair[0].cell_type == "code"]
        self.assertGreater(len(cells), 10)
        for old, new in cells:
            self.assertEqual(printed(new), printed(old), old.source)


if __name__ == "__main__":
    unittest.main()
