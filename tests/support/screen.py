# SPDX-License-Identifier: MIT
"""The program in a terminal of a given width, and its tables read back."""

import concurrent.futures
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios

import wcwidth

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Whatever else begins with an escape, other controls, and what turns or hides text.
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")

END = b"\0"  # what no program writes to a terminal

# What may stand under headings; a line without any of it is more of them.
UNITS = re.compile(r"\b(calls|leads|deals|meetings|days|points|times|h|h:mm:ss|before|[A-Z]{3})\b|\[95 %\]|100 %")


def places(text):
    """The places that a line takes, by Unicode's tables."""
    return sum(max(wcwidth.wcwidth(letter), 0) for letter in text)


def until_end(terminal):
    """All that a terminal gets before END."""
    got = b""
    while not got.endswith(END):
        got += os.read(terminal, 65536)
    return got.removesuffix(END)


def shown(words, width, cwd=None, **environment):
    """(exit code, what the terminal gets) of a program that believes to be in a terminal.

    Its end of the terminal stays open here and END is written to it when the program has ended: where the last one
    closes it, a reader that is just about to wait may be told of the closing and lose what was written before.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "LINES")}
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        text = beside.submit(until_end, ours)
        done = subprocess.run(
            [str(word) for word in words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, cwd=cwd,
            env=kept | {"TERM": "xterm-256color"} | environment, check=False,
        )  # fmt: skip
        os.write(theirs, END)
        screen = text.result().decode().replace("\r\n", "\n")
    os.close(theirs)
    os.close(ours)
    return done.returncode, screen


def plain(text):
    return COLOURS.sub("", text)


class Column:
    """A column of a table: its heading and unit in words, and its cells."""

    def __init__(self, heading, unit):
        self.heading, self.unit, self.cells = heading, unit, []


def tables(text):
    """Every table of a plain screen, as a list of columns: those between the rulers' ends, to the next empty line."""
    lines, found = text.split("\n"), []
    for at, line in enumerate(lines):
        if not line or set(line) - {"─", " "}:
            continue
        spans = [match.span() for match in re.finditer("─+", line)]
        top = at
        while top and lines[top - 1]:
            top -= 1
        units = lines[at - 1] if at - top > 1 and UNITS.search(lines[at - 1]) else ""
        heads = lines[top : at - 1] if units else lines[top:at]
        columns = [
            Column(" ".join(head[a:b].strip() for head in heads if head[a:b].strip()), units[a:b].strip())
            for a, b in spans
        ]
        for row in lines[at + 1 :]:
            if not row:
                break
            for column, (a, b) in zip(columns, spans):
                column.cells.append(row[a:b].strip())
        found.append(columns)
    return found
