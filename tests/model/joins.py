"""Merged leads, closes of opportunities, dimensions of facts (contract, section 1)."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from records import HELD, Record, Snapshot


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


@dataclass
class Deal:
    """An opportunity with its effective close."""
    id: str
    created_at: int
    lead: Optional[Record]
    rep: Optional[str]
    outcome: str
    closed_at: Optional[int]  # null while open
    amount: Optional[Fraction]
    currency: Optional[str]
    record: Record

    @property
    def won(self) -> bool:
        return self.outcome == "won"


def effective_close(opportunity: Record, stages: list[Record]) -> tuple[str, Optional[int], Record]:
    """The outcome, the instant, and the closing stage record where one closed it."""
    deciding = sorted((stage for stage in stages if stage["outcome"] is not None),
                      key=lambda s: (s["at"], s["outcome"] != "open", s["id"].encode("utf-8")))
    if not deciding:
        closed = opportunity["closed_at"] if opportunity["outcome"] != "open" else None
        return opportunity["outcome"], closed, {}
    outcome = deciding[-1]["outcome"]
    if outcome == "open":
        return outcome, None, {}
    first = len(deciding) - 1  # of the final unbroken run of that outcome
    while first > 0 and deciding[first - 1]["outcome"] == outcome:
        first -= 1
    return outcome, deciding[first]["at"], deciding[first]


class Book:
    """The snapshot, joined."""

    def __init__(self, snapshot: Snapshot):
        self.snapshot, self.tables = snapshot, snapshot.tables
        self.finals: dict[str, str] = {}
        for id in self.tables["lead"]:
            self.finals[id] = self.end_of_chain(id)
        self.stages: dict[str, list[Record]] = {}
        for stage in self.tables["stage"].values():
            self.stages.setdefault(stage["opportunity"], []).append(stage)
        self.deals = {id: self.deal(opportunity)
                      for id, opportunity in self.tables["opportunity"].items()}

    # ---- leads ----------------------------------------------------------------

    def end_of_chain(self, id: str) -> str:
        target = merge_target(self.tables["lead"], id)
        while target is not None:
            id, target = target, merge_target(self.tables["lead"], target)
        return id

    def lead(self, id: Optional[str]) -> Optional[Record]:
        """The existing lead at the end of the chain; None for a dangling id."""
        return self.tables["lead"][self.finals[id]] if id in self.finals else None

    def leads(self) -> list[Record]:
        """"The merged lead itself counts nowhere." """
        return [lead for id, lead in self.tables["lead"].items() if self.finals[id] == id]

    def of_leads(self, table: str) -> dict[str, list[Record]]:
        """The records of a table by the id of the lead they count for."""
        found: dict[str, list[Record]] = {lead["id"]: [] for lead in self.leads()}
        for record in self.tables[table].values():
            lead = self.meeting_lead(record) if table == "meeting" else self.lead(record["lead"])
            if lead is not None:
                found[lead["id"]].append(record)
        return found

    def deals_of_leads(self) -> dict[str, list[Deal]]:
        found: dict[str, list[Deal]] = {lead["id"]: [] for lead in self.leads()}
        for deal in self.deals.values():
            if deal.lead is not None:
                found[deal.lead["id"]].append(deal)
        return found

    # ---- opportunities and meetings ---------------------------------------------

    def deal(self, opportunity: Record) -> Deal:
        id = opportunity["id"]
        outcome, closed_at, closing = effective_close(opportunity, self.stages.get(id, []))
        amount = closing.get("amount")
        return Deal(
            id, opportunity["created_at"], self.lead(opportunity["lead"]),
            closing.get("rep") or opportunity["rep"], outcome, closed_at,
            opportunity["amount"] if amount is None else amount, opportunity["currency"], opportunity)

    def meeting_lead(self, meeting: Record) -> Optional[Record]:
        """A meeting without a lead takes its opportunity's."""
        if meeting["lead"] is not None:
            return self.lead(meeting["lead"])
        deal = self.deals.get(meeting["opportunity"])
        return deal.lead if deal else None

    # ---- dimensions -------------------------------------------------------------

    def team(self, rep_id: Optional[str]) -> str:
        return self.tables["rep"].get(rep_id, {}).get("team") or ""

    def dimensions(self, rep_id: Optional[str], lead: Optional[Record],
                   opportunity: Optional[Record] = None) -> dict[str, str]:
        """The common dimensions of a fact.  What is null groups under the empty text."""
        rep = self.tables["rep"].get(rep_id, {})
        of_lead, of_deal = lead or {}, opportunity or {}
        return {
            "rep": rep_id or "",
            "team": self.team(rep_id),
            "region": of_deal.get("region") or of_lead.get("region") or rep.get("region") or "",
            "source": of_deal.get("source") or of_lead.get("source") or "",
            "origin": of_lead.get("origin") or "",
            "asset": of_lead.get("asset") or "",
            "segment": of_lead.get("segment") or "",
        }


# ---- what a lead does and what is done to it ------------------------------------

def is_reply(record: Record) -> bool:
    """The lead's answer: an inbound message that a person wrote, an inbound
    call of any outcome, an answered outbound call."""
    if "channel" in record:
        return record["direction"] == "inbound" and not record["automated"]
    return record["direction"] == "inbound" or record["outcome"] == "answered"


def is_touch(record: Record) -> bool:
    """Outbound, and no machine's message."""
    return record["direction"] == "outbound" and not record.get("automated", False)


def is_outreach(record: Record) -> bool:
    """A touch that waits for an answer: a call only when it went to voicemail."""
    return is_touch(record) and ("channel" in record or record["outcome"] == "voicemail")


def is_held(meeting: Record) -> bool:
    return meeting["outcome"] in HELD


def talks_of_leads(book: Book) -> dict[str, list[Record]]:
    """The messages and calls of each lead by (at, a message before a call, id)."""
    messages, calls = book.of_leads("message"), book.of_leads("call")
    return {id: sorted(messages[id] + calls[id], key=talk_order) for id in messages}


def talk_order(record: Record) -> tuple:
    return record["at"], "channel" not in record, record["id"].encode("utf-8")
