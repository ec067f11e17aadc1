# SPDX-License-Identifier: MIT
"""Progress of long calls: a function of the caller's, or tqdm's bar."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from ._calls import Progress


class _Bar:
    """tqdm's bar, moved to where the call is."""

    def __init__(self, tqdm: Any, words: str, unit: str) -> None:
        self.bar = tqdm(desc=words, unit=unit, unit_scale=True, leave=False)

    def __call__(self, done: int, total: int) -> None:
        if total:
            self.bar.total = total
        self.bar.update(max(done - self.bar.n, 0))


@contextlib.contextmanager
def meter(progress: bool | Progress | None, words: str, unit: str) -> Iterator[Progress | None]:
    """What tells the progress of a call, for as long as it runs. Without tqdm, True is nothing."""
    if progress is None or progress is False:
        yield None
        return
    if progress is not True:
        yield progress
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield None
        return
    bar = _Bar(tqdm, words, unit)
    try:
        yield bar
    finally:
        bar.bar.close()
