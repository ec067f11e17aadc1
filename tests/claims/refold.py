#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Claim: a changed record, or a question about the past, makes the store do again what hangs on it, and not more.

    refold.py --build build/release [--quick] [--seed N]

A store of a million records (leads, messages, calls, opportunities, stages, scores, meetings; generated) takes commits
of one changed record each: a call that ended otherwise, a message that turns out to be automated, a stage with another
outcome, a lead from another source, a lead merged into another. tests/support/refold.c counts the leads folded again,
the facts filed anew or taken away, and the parts (a week of a table or of facts) that are others than before.

Before, it is asked about the past: `now` a day, a week, a quarter and a year before the last lead came, and at the
commit before the last. What is folded again are the leads that have records after the cut, counted apart; a second
question with the same cut finds what the first one made.
"""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import claim  # noqa: E402

# What one change may cost at most: leads folded; share of the facts filed anew, and of the parts changed.
LEADS_MAX = 2
FACTS_SHARE_MAX = 0.001
PARTS_SHARE_MAX = 0.02
PASTS = {
    "day": "a day back",
    "week": "a week back",
    "quarter": "a quarter back",
    "year": "a year back",
    "commit": "a commit back",
}
NAMES = {
    "call": "a call's outcome",
    "message": "a message automated",
    "stage": "a stage's outcome",
    "source": "a lead's source",
    "merge": "a lead merged",
}


def pasts(ours, lines, leads, facts, parts):
    ours.same("questions about the past", [line[0] for line in lines], list(PASTS))
    print("                 records undone  leads folded     share   facts filed     share   parts others")
    for name, *cells in lines:
        lost, folded, expected, filed, changed, kept = map(int, cells)
        print(
            f"{PASTS[name]:16}{lost:15}{folded:14}{folded / leads:10.3%}{filed:14}{filed / facts:10.3%}"
            f"{changed:7} of {parts}"
        )
        ours.check(lost, f"{name}: nothing was undone")
        ours.same(f"{name}: leads folded", folded, expected)
        ours.check(kept, f"{name}: the next question did not find it")


def main():
    ours = claim.Claim(__doc__)
    records, count = ours.scaled(1000000, 50000), ours.scaled(200, 40)
    done = subprocess.run(
        [str(ours.build / "tests/claims/refold"), str(records), str(count), str(ours.seed)],
        capture_output=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.decode()}")
    (_, *numbers), *lines, (_, all_facts, apart) = (line.split() for line in done.stdout.decode().splitlines())
    records, leads, facts, parts = map(int, numbers)
    about, lines = lines[: len(PASTS)], lines[len(PASTS) :]
    ours.same("kinds of change", [line[0] for line in lines], list(NAMES))
    scale = 1000000 / records  # a small store has as many weeks, and fewer facts
    print(f"store: records {records}, leads {leads}, facts {facts}, parts {parts}")
    pasts(ours, about, leads, facts, parts)
    print(f"\nsingle changes of each kind: {count}\n")
    print("mean (most)            leads folded     share   facts filed     share   parts changed     share        us")
    for name, changes, *cells in lines:
        folded, folded_most, filed, filed_most, changed, changed_most, took, _ = map(int, cells)
        mean = [each / int(changes) for each in (folded, filed, changed, took)]
        print(
            f"{NAMES[name]:20}  {mean[0]:7.2f} ({folded_most:2})  {mean[0] / leads:8.4%}"
            f"  {mean[1]:6.2f} ({filed_most:2})  {mean[1] / facts:8.4%}"
            f"  {mean[2]:8.2f} ({changed_most:2})  {mean[2] / parts:8.2%}  {mean[3]:8.1f}"
        )
        ours.check(folded, f"{name}: nothing was folded")
        ours.check(changed >= int(changes), f"{name}: a change without a changed part")
        ours.check(folded_most <= LEADS_MAX, f"{name}: {folded_most} leads folded")
        ours.check(filed_most <= FACTS_SHARE_MAX * scale * facts, f"{name}: {filed_most} facts filed")
        ours.check(changed_most <= PARTS_SHARE_MAX * parts, f"{name}: {changed_most} parts changed")
    print(f"\nfacts afterwards: {all_facts}; others than folding everything anew makes: {apart}")
    ours.same("facts that are others than folding everything anew makes", int(apart), 0)
    return ours.end(f"\ncontradictions {ours.wrong}")


if __name__ == "__main__":
    sys.exit(main())
