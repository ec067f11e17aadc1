# SPDX-License-Identifier: MIT
"""Data frames as engines: polars and pandas. They keep the newest row of an id and answer what one pass can count."""

import numpy
import queries

DAY = 86400000000


def quotient(a, b):
    with numpy.errstate(divide="ignore", invalid="ignore"):
        return numpy.where(b > 0, a / b, numpy.nan)


def rate(columns, name, count, of):
    """The rate with its bounds (Wilson)."""
    k, n, z = count.astype(float), of.astype(float), queries.Z
    with numpy.errstate(divide="ignore", invalid="ignore"):
        root = z * numpy.sqrt(z * z + 4 * k * (n - k) / n)
        low = 2 * k * k / (n * (2 * k + z * z + root))
        high = numpy.where(k == n, 1.0, (2 * k + z * z + root) / (2 * (n + z * z)))
    columns[name] = quotient(k, n)
    columns[name + "_lo"] = numpy.where(n > 0, low, numpy.nan)
    columns[name + "_hi"] = numpy.where(n > 0, high, numpy.nan)


def calls_finish(columns):
    rate(columns, "answer_rate", columns["answered"], columns["made"])
    rate(columns, "positive_rate", columns["positive"], columns["made"])
    columns["mean_talk_s"] = quotient(columns["talk_s"], columns.pop("talks"))
    return columns


def meetings_finish(columns):
    counts = {name: columns[name].astype(float) for name in (*queries.MET, "held")}
    rate(columns, "success_rate", counts["sale"] + counts["demo"], counts["held"] - counts["completed"])
    rate(columns, "no_show_rate", counts["no_show"], counts["held"] + counts["no_show"])
    columns["hours"] = columns["hours"] / 3600
    return columns


class Frames:
    questions = ("calls", "hours", "meetings")
    files = False

    def __init__(self, _library, _path=None):
        self.tables = {}

    def close(self):
        self.tables.clear()

    def query(self, question, **_):
        return question

    def ask(self, question):
        finish = meetings_finish if question == "meetings" else calls_finish
        keys = {"calls": ["week", "rep"], "hours": ["weekday", "hour"], "meetings": ["week", "rep"]}[question]
        return finish(self.meetings(keys) if question == "meetings" else self.calls(keys))

    @staticmethod
    def columns(answer):
        return {name: [None if v != v else v for v in values.tolist()] for name, values in answer.items()}


class Polars(Frames):
    name = "polars"

    @staticmethod
    def prepared(name, batch):
        import polars

        return name, polars.from_arrow(batch)

    def ingest(self, prepared):
        import polars

        name, rows = prepared
        parts = [self.tables[name], rows] if name in self.tables else [rows]
        self.tables[name] = polars.concat(parts, how="vertical_relaxed").unique("id", keep="last")

    @staticmethod
    def grouped(frame, keys, figures):
        import polars

        at, day = polars.col("at"), polars.col("at").dt.epoch("us") // DAY
        known = {
            "week": ((day + 3) // 7 * 7 - 3).alias("week"),
            "weekday": at.dt.weekday().alias("weekday"),
            "hour": at.dt.hour().alias("hour"),
            "rep": polars.col("rep"),
        }
        answer = frame.group_by([known[key] for key in keys]).agg(**figures).collect()
        return {name: answer[name].to_numpy() for name in answer.columns}

    def calls(self, keys):
        import polars

        outcome, duration = polars.col("outcome").cast(polars.String), polars.col("duration_s")
        figures = {name: (outcome == name).sum() for name in queries.OUTCOMES}
        figures |= {"made": polars.len(), "positive": polars.col("positive").sum()}
        figures["talk_s"] = duration.filter(outcome == "answered").sum()
        figures["talks"] = duration.filter(outcome == "answered").count()
        frame = self.tables["call"].lazy().filter(polars.col("direction").cast(polars.String) == "outbound")
        return self.grouped(frame, keys, figures)

    def meetings(self, keys):
        import polars

        outcome = polars.col("outcome").cast(polars.String)
        held = outcome.is_in(["sale", "demo", "follow_up", "declined", "completed"])
        figures = {name: (outcome == name).sum() for name in queries.MET}
        figures |= {"scheduled": polars.len(), "held": held.sum()}
        figures["hours"] = polars.col("duration_s").filter(held).sum()
        return self.grouped(self.tables["meeting"].lazy(), keys, figures)


class Pandas(Frames):
    name = "pandas"

    @staticmethod
    def prepared(name, batch):
        return name, batch.to_pandas()

    def ingest(self, prepared):
        import pandas

        name, rows = prepared
        parts = [self.tables[name], rows] if name in self.tables else [rows]
        self.tables[name] = pandas.concat(parts).drop_duplicates("id", keep="last")

    @staticmethod
    def grouped(frame, keys, figures):
        import pandas

        at = frame["at"].dt.as_unit("us").astype("int64").to_numpy()
        known = {
            "week": (at // DAY + 3) // 7 * 7 - 3,
            "weekday": (at // DAY + 3) % 7 + 1,
            "hour": at // (DAY // 24) % 24,
            "rep": frame["rep"].to_numpy(),
        }
        made = pandas.DataFrame({key: known[key] for key in keys} | figures)
        answer = made.groupby(keys, sort=False).sum().reset_index()
        return {name: answer[name].to_numpy() for name in answer.columns}

    def calls(self, keys):
        frame = self.tables["call"]
        frame = frame[frame["direction"] == "outbound"]
        outcome, duration = frame["outcome"].to_numpy(), frame["duration_s"].to_numpy(dtype="f8")
        answered = outcome == "answered"
        figures = {name: outcome == name for name in queries.OUTCOMES}
        figures |= {"made": numpy.ones(len(frame), "i8"), "positive": frame["positive"].to_numpy()}
        figures["talk_s"] = numpy.where(answered & (duration == duration), duration, 0)
        figures["talks"] = answered & (duration == duration)
        return self.grouped(frame, keys, figures)

    def meetings(self, keys):
        frame = self.tables["meeting"]
        outcome = frame["outcome"].to_numpy()
        held = numpy.isin(outcome, ["sale", "demo", "follow_up", "declined", "completed"])
        figures = {name: outcome == name for name in queries.MET}
        figures |= {"scheduled": numpy.ones(len(frame), "i8"), "held": held}
        figures["hours"] = numpy.where(held, frame["duration_s"].to_numpy(dtype="f8"), 0)
        return self.grouped(frame, keys, figures)


ENGINES = {engine.name: engine for engine in (Polars, Pandas)}
