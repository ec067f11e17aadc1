#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: on random messy feeds the program answers as a model written blind from the contract, whatever the order.

    twin_feeds.py --build build/release [--quick] [--seed N]

Two campaigns of tests/model/compare.py: answers compared with the model's (counts and texts equal, reals within 1e-12),
and answers of fully stamped feeds, shuffled, cut into batches and partly replayed, compared byte for byte with those of
the straight feed.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

QUERIES = 12


def campaign(ours, name, feeds):
    """Seeds from the claim's own on until so many feeds were compared (a straight one with stamps missing is none)."""
    import compare

    comparison = compare.Comparison([str(ours.program)], QUERIES)
    step = comparison.shuffle_feed if name == "shuffled" else comparison.compare_feed
    seed = ours.seed
    while comparison.feeds < feeds:
        with claim.workplace() as work:
            step(seed, work)
        seed += 1
    print(
        f"{name}: feeds {comparison.feeds}, queries {comparison.queries}, rows compared {comparison.rows}, "
        f"differences {comparison.differences}",
        flush=True,
    )
    ours.check(comparison.rows, f"{name}: nothing was compared")
    ours.wrong += comparison.differences


def main():
    ours = claim.Claim(__doc__)
    feeds = ours.scaled(200, 8)
    campaign(ours, "against the model", feeds)
    campaign(ours, "shuffled", feeds)
    return ours.end(f"differences {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
