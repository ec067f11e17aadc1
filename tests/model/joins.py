"""Merged leads and the dimensions of a fact (contract, section 1)."""
from __future__ import annotations

from typing import Optional

from records import Record, Snapshot


def merge_target(leads: dict[str, Record], id: str) -> Optional[str]:
    """The lead that `id` is merged into; None when its link merges nothing."""
    target = leads[id]["merged_into"]
    if target is None or target not in leads:
        return None
    # A link of a cycle is one that leads back to where it starts.
    seen: set[str] = set()
    step: Optional[str] = target
    while step is not None and step in leads and step not in seen:
        if step == id:
            return None
        seen.add(step)
        step = leads[step]["merged_into"]
    return target


def final_lead(snapshot: Snapshot, id: Optional[str]) -> Optional[Record]:
    """The existing lead at the end of the chain; None for a dangling id."""
    leads = snapshot.tables["lead"]
    if id is None or id not in leads:
        return None
    target = merge_target(leads, id)
    while target is not None:
        id = target
        target = merge_target(leads, id)
    return leads[id]


def dimensions(snapshot: Snapshot, rep_id: Optional[str],
               lead: Optional[Record]) -> dict[str, str]:
    """The common dimensions of a fact without an opportunity.  What is null
    groups under the empty text."""
    rep = snapshot.tables["rep"].get(rep_id) if rep_id is not None else None
    of_rep = rep or {}
    of_lead = lead or {}
    return {
        "rep": rep_id or "",
        "team": of_rep.get("team") or "",
        "region": of_lead.get("region") or of_rep.get("region") or "",
        "source": of_lead.get("source") or "",
        "origin": of_lead.get("origin") or "",
        "asset": of_lead.get("asset") or "",
        "segment": of_lead.get("segment") or "",
    }
