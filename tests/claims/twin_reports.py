#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: on random messy feeds of all tables every report answers as a model written blind from the contract.

    twin_reports.py --build build/release [--quick] [--seed N]

Campaigns of tests/model/compare.py over all ten tables and all reports: answers compared with the model's (counts,
amounts and texts equal, reals within the contract's tolerances), then answers of fully stamped feeds, shuffled, cut
into batches and partly replayed, compared byte for byte with those of the straight feed. In between every report is
asked alone, so that each has its share of rows; a report of which nothing was compared is a contradiction.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

QUERIES = 12


def campaign(ours, name, feeds, shuffled=False, reports=None):
    """Seeds from the claim's own on until so many feeds were compared (a straight one with stamps missing is none)."""
    import compare
    from twin import REPORTS

    comparison = compare.Comparison([str(ours.program)], QUERIES, reports=reports or tuple(REPORTS))
    step = comparison.shuffle_feed if shuffled else comparison.compare_feed
    seed = ours.seed
    while comparison.feeds < feeds:
        with claim.workplace() as work:
            step(seed, work)
        seed += 1
    print(
        f"{name}: feeds {comparison.feeds}, queries {comparison.queries}, rows compared {comparison.rows}, "
        f"missing rates {comparison.without_rates}, differences {comparison.differences}",
        flush=True,
    )
    ours.check(comparison.rows, f"{name}: nothing was compared")
    ours.wrong += comparison.differences


def main():
    ours = claim.Claim(__doc__)
    from twin import REPORTS

    campaign(ours, "all reports", ours.scaled(300, 6))
    for report in REPORTS:
        campaign(ours, report, ours.scaled(20, 1), reports=(report,))
    campaign(ours, "shuffled", ours.scaled(100, 4), shuffled=True)
    return ours.end(f"differences {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
