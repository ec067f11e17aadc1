# SPDX-License-Identifier: MIT
"""Four million calls go in from pyarrow without a copy of their columns; beside it, the same by the row writer.

Each way in a process of its own, all from the very same arrays: the store's memory afterwards, the most that the
process had beside what it had before (the arrays), and the processor's time. The row writer writes one batch, as one
commit like Arrow's, or commits of 65,536 rows.
"""

import ctypes
import json
import pathlib
import subprocess
import sys
import time
from ctypes import byref

import numpy
import pyarrow as pa

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import arrow_ingest  # noqa: E402
import claim  # noqa: E402
import library  # noqa: E402
from arrow_ctypes import Array, Schema  # noqa: E402

WAYS = {
    "Arrow stream": None,
    "Arrow array": None,
    "row writer, one batch": 1 << 62,
    "row writer, 65,536 rows": 65536,
}


def calls(count):
    """Columns as a CRM's calls have them: ids, 200 reps, a lead every twenty calls, two years."""
    chance = numpy.random.default_rng(1)
    times = numpy.sort(chance.integers(1_700_000_000_000_000, 1_763_000_000_000_000, count))

    def names(word, numbers):
        return pa.array([f"{word}-{number}" for number in numbers.tolist()], pa.string())

    columns = {
        "id": names("call", numpy.arange(count)),
        "recorded_at": pa.array(times + 1000).view(pa.timestamp("us", "UTC")),
        "at": pa.array(times).view(pa.timestamp("us", "UTC")),
        "lead": names("lead", chance.integers(0, count // 20 + 1, count)),
        "rep": names("rep", chance.integers(0, 200, count)),
        "direction": pa.array(numpy.where(chance.random(count) < 0.8, "outbound", "inbound").tolist(), pa.string()),
        "outcome": pa.array(
            numpy.array(["answered", "unanswered", "voicemail", "busy"])[chance.integers(0, 4, count)].tolist(),
            pa.string(),
        ),
        "duration_s": pa.array(chance.integers(0, 900, count)),
        "positive": pa.array(chance.random(count) < 0.1),
        "deleted": pa.array(numpy.zeros(count, bool)),
    }
    return pa.record_batch(columns)


def memory(name):
    """A line of /proc/self/status, in bytes."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise KeyError(name)


def measure(build, way, count):
    lib = library.Library(build)
    store, batch = library.Store(lib, None), calls(count)
    helper = ctypes.CDLL(str(next((build / "tests/claims").glob("librow_writer.so"))))
    schema, array = Schema(), Array()
    batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
    pathlib.Path("/proc/self/clear_refs").write_text("5")
    before, begin, clock = memory("VmRSS"), time.process_time(), time.monotonic()
    if way == "Arrow stream":
        arrow_ingest.ingest(store, "call", pa.Table.from_batches([batch]))
    elif way == "Arrow array":
        arrow_ingest.ingest(store, "call", batch, wants=("array",))
    else:
        rows = ctypes.c_int64(WAYS[way])
        assert helper.row_writer_write(store.handle, b"call", byref(schema), byref(array), rows) == 0
    spent, passed = time.process_time() - begin, time.monotonic() - clock
    info = store.info()
    assert info["call_records"] == str(count)
    figures = {"peak": memory("VmHWM") - before, "kept": memory("VmRSS") - before, "spent": spent, "passed": passed}
    print(json.dumps({**figures, "store": int(info["memory_bytes"])}))


def main():
    if "--way" in sys.argv:
        build, way, count = sys.argv[2], sys.argv[4], int(sys.argv[5])
        return measure(pathlib.Path(build), way, count)
    run = claim.Claim(__doc__)
    count = run.scaled(4_000_000, 100_000)
    lines = [f"{count} calls of 10 columns", f"{'':26}{'MiB kept':>10}{'MiB at most':>13}{'ns a row':>10}"]
    peaks = {}
    for way in WAYS:
        words = [sys.executable, __file__, "--build", str(run.build), "--way", way, str(count)]
        figures = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
        peaks[way] = figures["peak"]
        kept, peak = figures["store"] / 2**20, figures["peak"] / 2**20
        lines.append(f"{way:26}{kept:>10.1f}{peak:>13.1f}{figures['spent'] / count * 1e9:>10.0f}")
    run.check(peaks["Arrow stream"] < peaks["row writer, one batch"], "Arrow takes more memory than one batch")
    return run.end("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
