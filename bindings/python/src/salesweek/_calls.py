# SPDX-License-Identifier: MIT
"""One call into the library: its error becomes an exception, signals are heard, progress is told.

Python runs the handlers of signals only between instructions of its own on the main thread. While that thread is in C,
the library's progress function (native/watch.c) comes back here some times a second, and whatever a handler raises,
KeyboardInterrupt above all, stops the call and is raised again when C has returned, with the store as before.
"""

from __future__ import annotations

import ctypes
import signal
import threading
from collections.abc import Callable, Generator
from types import FrameType, TracebackType
from typing import Any

from . import _raw
from ._errors import error_struct, exception
from ._library import address, quick

# done, and what there is to do (0: not known)
Progress = Callable[[int, int], object]

_MAIN = threading.main_thread().ident

TICK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class Waiting:
    """A function that C calls, with one argument, and that may raise: the first exception is kept.

    It is a generator that waits inside its `try`. An ordinary function could be interrupted before its first line,
    where nothing catches what a signal's handler raises.
    """

    def __init__(self, step: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self._generator = self._run(step)
        next(self._generator)
        self.function = TICK(self._generator.send)

    def _run(self, step: Callable[[], object]) -> Generator[int, int | None, None]:
        stop = 0
        while True:
            try:
                while True:
                    yield stop
                    if not stop:
                        step()
            except GeneratorExit:
                return
            except BaseException as error:
                stop, self.error = 1, error

    def raise_kept(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error

    def close(self) -> None:
        self._generator.close()


class Producers:
    """While it is entered on the main thread, what SIGINT's handler raises is kept as well as raised.

    A stream whose producer is Python code may be interrupted there, and the library that carries it makes a mere text
    of the KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> Producers:
        self._before = signal.getsignal(signal.SIGINT) if threading.get_ident() == _MAIN else None
        if callable(self._before):
            signal.signal(signal.SIGINT, self._heard)
        return self

    def _heard(self, number: int, frame: FrameType | None) -> None:
        try:
            if callable(self._before):
                self._before(number, frame)
        except BaseException as error:
            self.error = error
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if callable(self._before):
            signal.signal(signal.SIGINT, self._before)


class Watch:
    """While it is entered, the calls of this thread listen to signals and tell their progress.

    `source` is the context with which the wanted progress comes (native/native.h).
    """

    def __init__(self, progress: Progress | None = None, source: int | None = None) -> None:
        self.progress = progress
        self.waiting = Waiting(self._step)
        self.struct = _raw.swp_watch(tick=address(self.waiting.function), source=source)
        self._told = (0, 0)

    def _step(self) -> None:
        told = (self.struct.done, self.struct.total)
        if self.progress is not None and told != self._told:
            self._told = told
            self.progress(*told)

    def __enter__(self) -> Watch:
        self._before = quick.swp_watch_set(ctypes.byref(self.struct))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        quick.swp_watch_set(self._before)
        self.waiting.close()


def call(
    function: Any,
    *arguments: Any,
    progress: Progress | None = None,
    source: int | None = None,
    accept: tuple[int, ...] = (),
) -> int:
    """Calls a function that ends with a swk_error; raises unless its code is SWK_OK or one of `accept`."""
    error = error_struct()
    if progress is None and threading.get_ident() != _MAIN:
        code = function(*arguments, ctypes.byref(error))
    else:
        watch = Watch(progress, source)
        try:
            with watch:
                code = function(*arguments, ctypes.byref(error))
        finally:
            kept = watch.waiting.error
        if kept is not None:
            raise kept
    if code != _raw.SWK_OK and code not in accept:
        raise exception(code, error)
    return int(code)
