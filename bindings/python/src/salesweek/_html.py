# SPDX-License-Identifier: MIT
"""Tables for notebooks. Every text that comes from data is escaped."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

ROWS = 60  # that are shown


def cell(value: Any) -> str:
    if value is None:
        return "<td></td>"
    if isinstance(value, float):
        return f'<td style="text-align:right">{value:.4g}</td>'
    if isinstance(value, bool):
        return f"<td>{str(value).lower()}</td>"
    if isinstance(value, str):
        return f'<td style="text-align:left">{html.escape(value)}</td>'
    return f'<td style="text-align:right">{html.escape(str(value))}</td>'


def table(
    columns: Iterable[str],
    rows: Iterable[Mapping[str, Any]],
    count: int,
    caption: str = "",
    titles: Mapping[str, str] = {},
) -> str:
    """A table of the first rows; `titles` are shown when the pointer rests on a heading."""
    names = list(columns)
    head = "".join(
        f'<th title="{html.escape(titles.get(name, ""), quote=True)}">{html.escape(name)}</th>' for name in names
    )
    body = "".join(
        "<tr>" + "".join(cell(row[name]) for name in names) + "</tr>\n" for row in itertools.islice(rows, ROWS)
    )
    told = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    more = f"<p>{count} rows, the first {ROWS} are shown</p>" if count > ROWS else ""
    return f"<table>{told}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>{more}"
