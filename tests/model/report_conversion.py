"""Report 5, `conversion` (contract, section 4)."""
from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Optional

from columns import Column, count, mean, rate, ratio
from curves import Curve, Span, within_column
from joins import Deal
from query import Cell, Fact, Until
from report_calls import COMMON
from report_deals import MoneyReport

DAY = 24 * 3600 * 1_000_000


@dataclass
class Story:
    """What became of a lead."""
    created_at: int
    opened: list[int]  # when its opportunities were created
    wins: list[Deal]

    def first_opened(self) -> Optional[int]:
        return min(self.opened, default=None)

    def first_win(self) -> Optional[int]:
        return min((deal.closed_at for deal in self.wins), default=None)


@dataclass
class Event:
    """basis=activity: what happened to a lead in a week."""
    kind: str  # lead, opportunity, conversion, win
    story: Story
    deal: Optional[Deal] = None


class Conversion(MoneyReport):
    """Dimensions: the lead's throughout."""
    DIMENSIONS = COMMON
    OPTIONS = {"basis": ["cohort", "activity"]}

    def facts(self) -> list[Fact]:
        deals = self.book.deals_of_leads()
        found = []
        for lead in self.book.leads():
            of_lead = deals[lead["id"]]
            story = Story(lead["created_at"], [deal.created_at for deal in of_lead],
                          [deal for deal in of_lead if deal.won])
            values = self.book.dimensions(lead["rep"], lead)
            if self.by_activity():
                found += [Fact(at, values, event) for at, event in events(story)]
            else:
                found.append(Fact(story.created_at, values, story))
        return found

    def by_activity(self) -> bool:
        return self.query.options.get("basis", "cohort") == "activity"

    def measure(self, cell: Cell) -> list[Column]:
        return self.activity(cell) if self.by_activity() else self.cohort(cell)

    # ---- basis=cohort -------------------------------------------------------------

    def cohort(self, cell: Cell) -> list[Column]:
        until = cell.period.until
        stories = [seen(fact.record, until) for fact in cell.facts]
        opened = sum(bool(story.opened) for story in stories)
        converted = [story for story in stories if story.wins]
        curve = Curve([span(story, until) for story in stories])
        return [
            count("leads", len(stories)),
            count("opportunities", opened),
            rate("opportunity_rate", opened, len(stories)),
            count("converted", len(converted)),
            rate("conversion_rate", len(converted), len(stories)),
            within_column("converted_90d", curve, 90 * DAY),
            *self.tail(converted, [deal for story in stories for deal in story.wins]),
        ]

    def tail(self, converted: list[Story], wins: list[Deal]) -> list[Column]:
        """Negative times are left out of the mean and counted in `excluded`."""
        waits = [story.first_win() - story.created_at for story in converted]
        counted = [wait for wait in waits if wait >= 0]
        return [
            self.currency(),
            self.amount("amount", self.money.sum(wins)),
            mean("mean_days", Fraction(sum(counted), DAY), len(counted)),
            count("excluded", len(waits) - len(counted)),
        ]

    # ---- basis=activity -------------------------------------------------------------

    def activity(self, cell: Cell) -> list[Column]:
        """Every count in its own week; the rates are ratios without intervals."""
        found = [fact.record for fact in cell.facts]
        number = {kind: sum(event.kind == kind for event in found)
                  for kind in ("lead", "opportunity", "conversion")}
        converted = [event.story for event in found if event.kind == "conversion"]
        leads = number["lead"]
        return [
            count("leads", leads),
            count("opportunities", number["opportunity"]),
            ratio_column("opportunity_rate", number["opportunity"], leads),
            count("converted", len(converted)),
            ratio_column("conversion_rate", len(converted), leads),
            within_column("converted_90d", Curve([]), 90 * DAY),
            *self.tail(converted, [event.deal for event in found if event.deal]),
        ]


def seen(story: Story, until: Until) -> Story:
    return Story(story.created_at, [at for at in story.opened if until.sees(at)],
                 [deal for deal in story.wins if until.sees(deal.closed_at)])


def span(story: Story, until: Until) -> Span:
    """From creation to the first win; a win before creation counts as 0."""
    win = story.first_win()
    if win is None:
        return Span(until.instant - story.created_at, False)
    return Span(max(win - story.created_at, 0), True)


def ratio_column(name: str, part: int, whole: int) -> Column:
    return Column(name, ratio(part, whole), [(name + "_lo", None), (name + "_hi", None)])


def events(story: Story) -> list[tuple[int, Event]]:
    found = [(story.created_at, Event("lead", story))]
    if story.opened:
        found.append((story.first_opened(), Event("opportunity", story)))
    if story.wins:
        found.append((story.first_win(), Event("conversion", story)))
    return found + [(deal.closed_at, Event("win", story, deal)) for deal in story.wins]
