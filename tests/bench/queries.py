# SPDX-License-Identifier: MIT
"""The eight questions: to salesweek as queries, to others as SQL that computes the same columns.

Left to salesweek alone: curves and percentiles (Kaplan-Meier with bands), Fisher's p and the q made of it.
"""

import re

Z = 1.959963984540054

# name: report, by, flags
QUESTIONS = {
    "calls": ("calls", ["rep"], 0),
    "hours": ("calls", ["weekday", "hour"], 1),
    "responses": ("responses", [], 0),
    "deals": ("deals", ["rep"], 0),
    "scores": ("scores", ["band"], 0),
    "conversion": ("conversion", ["source"], 0),
    "meetings": ("meetings", ["rep"], 0),
    "win_rate": ("win_rate", ["rep"], 0),
}
KEYS = ("week", "weekday", "hour", "rep", "source", "band")

DIALECTS = {
    "duckdb": {
        "week": "(date_trunc('week', {0})::DATE - DATE '1970-01-01')",
        "weekday": "isodow({0})",
        "hour": "hour({0})",
        "us": "epoch_us({0})",
        "last_score": "SELECT lead, {week} AS week, max(at) AS at, arg_max(value, at) AS value,"
        " arg_max(recorded_at, at) AS recorded_at FROM score GROUP BY 1, 2",
        "days": "range(0, 91, 7) AS d(d)",
        "real": "CAST({0} AS DOUBLE)",
    },
    "sqlite": {
        "week": "(({0} / 86400000000 + 3) / 7 * 7 - 3)",
        "weekday": "(({0} / 86400000000 + 3) % 7 + 1)",
        "hour": "({0} / 3600000000 % 24)",
        "us": "{0}",
        "last_score": "SELECT lead, {week} AS week, max(at) AS at, value, recorded_at FROM score GROUP BY 1, 2",
        "days": "(VALUES (0), (7), (14), (21), (28), (35), (42), (49), (56), (63), (70), (77), (84)) AS d",
        "real": "CAST({0} AS REAL)",
    },
}


def rate(name, count, of):
    """The rate with its bounds (Wilson)."""
    k, n = f"({count})", f"({of})"
    root = f"{Z} * sqrt({Z * Z} + 4.0 * {k} * ({n} - {k}) / {n})"
    low = f"CASE WHEN {n} > 0 THEN 2.0 * {k} * {k} / ({n} * (2.0 * {k} + {Z * Z} + {root})) END"
    below = f"(2.0 * {k} + {Z * Z} + {root}) / (2 * ({n} + {Z * Z}))"
    high = f"CASE WHEN {n} = 0 THEN NULL WHEN {k} = {n} THEN 1.0 ELSE {below} END"
    quotient = f"CASE WHEN {n} > 0 THEN 1.0 * {k} / {n} END"
    return f"{quotient} AS {name}, {low} AS {name}_lo, {high} AS {name}_hi"


def quotient(name, a, b):
    return f"CASE WHEN {b} <> 0 THEN 1.0 * {a} / {b} END AS {name}"


def count(condition, name):
    return f"count(*) FILTER (WHERE {condition}) AS {name}"


OUTCOMES = ["answered", "unanswered", "voicemail", "busy", "failed", "unknown"]


def calls(keys, where="direction = 'outbound'"):
    counts = ", ".join(count(f"outcome = '{outcome}'", outcome) for outcome in OUTCOMES)
    return f"""
SELECT *, {rate("answer_rate", "answered", "made")}, {rate("positive_rate", "positive", "made")},
    {quotient("mean_talk_s", "talk_s", "talks")}
FROM (SELECT {keys}, count(*) AS made, {counts}, {count("positive", "positive")},
        coalesce(sum(duration_s) FILTER (WHERE outcome = 'answered'), 0) AS talk_s,
        count(duration_s) FILTER (WHERE outcome = 'answered') AS talks
    FROM call WHERE {where} GROUP BY ALL_KEYS) AS t"""


RESPONSES = f"""
WITH outreach AS (
    SELECT lead, min(at) AS at FROM (
        SELECT lead, at FROM message WHERE direction = 'outbound' AND NOT automated
        UNION ALL SELECT lead, at FROM call WHERE direction = 'outbound' AND outcome = 'voicemail') AS t GROUP BY lead),
answer AS (
    SELECT lead, at FROM message WHERE direction = 'inbound' AND NOT automated
    UNION ALL SELECT lead, at FROM call WHERE direction = 'inbound' OR outcome = 'answered'),
first_answer AS (
    SELECT o.lead AS lead, o.at AS at, min(a.at) AS reply FROM outreach AS o
    LEFT JOIN answer AS a ON a.lead = o.lead AND a.at >= o.at GROUP BY o.lead, o.at)
SELECT *, {rate("response_rate", "responded", "contacted")}, {quotient("mean_h", "span", "(responded * 3600000000.0)")}
FROM (SELECT WEEK[at] AS week, count(*) AS contacted, count(reply) AS responded, sum(US[reply] - US[at]) AS span
    FROM first_answer GROUP BY 1) AS t"""

DEALS = f"""
WITH won AS (
    SELECT WEEK[closed_at] AS week, rep, count(*) AS won, sum(amount) AS amount FROM opportunity
    WHERE outcome = 'won' GROUP BY 1, 2),
target AS (
    SELECT q_from + column0 AS week, rep, sum(won * 7.0 / (q_to - q_from)) AS won,
        sum(amount * 7.0 / (q_to - q_from)) AS amount
    FROM quota, DAYS GROUP BY 1, 2),
both_sides AS (
    SELECT coalesce(w.week, t.week) AS week, coalesce(w.rep, t.rep) AS rep, coalesce(w.won, 0) AS won,
        coalesce(w.amount, 0) AS amount, t.won AS quota_won, t.amount AS quota_amount
    FROM won AS w FULL JOIN target AS t ON t.week = w.week AND t.rep = w.rep)
SELECT *, {quotient("mean_amount", "amount", "won")}, {quotient("attainment_won", "won", "quota_won")},
    {quotient("attainment_amount", "amount", "quota_amount")}, amount > quota_amount AS over_quota,
    dense_rank() OVER (PARTITION BY week ORDER BY amount DESC, won DESC) AS rank
FROM both_sides"""

SCORES = f"""
WITH won AS (SELECT lead, min(closed_at) AS at FROM opportunity WHERE outcome = 'won' GROUP BY lead),
replied AS (
    SELECT lead, max(at) AS at FROM (
        SELECT lead, at FROM message WHERE direction = 'inbound' AND NOT automated
        UNION ALL SELECT lead, at FROM call WHERE direction = 'inbound' OR outcome = 'answered') AS t GROUP BY lead),
met AS (
    SELECT lead, max(at) AS at FROM meeting WHERE outcome IN ('sale', 'demo', 'follow_up', 'declined', 'completed')
    GROUP BY lead),
last_score AS (LAST_SCORE),
scored AS (
    SELECT s.week AS week, s.value AS value, (w.at IS NULL OR (w.at > s.at AND s.recorded_at <= w.at)) AS counted,
        coalesce(r.at > s.at, FALSE) AS responded, coalesce(m.at > s.at, FALSE) AS engaged, w.at IS NOT NULL AS bought
    FROM last_score AS s LEFT JOIN won AS w ON w.lead = s.lead LEFT JOIN replied AS r ON r.lead = s.lead
    LEFT JOIN met AS m ON m.lead = s.lead),
summed AS (
    SELECT week, CASE WHEN value >= 100 THEN 90 ELSE value - value % 10 END AS band, {count("counted", "leads")},
        sum(value) FILTER (WHERE counted) AS points, {count("counted AND responded", "responded")},
        {count("counted AND engaged", "engaged")}, {count("counted AND bought", "bought")},
        {count("NOT counted", "excluded")}
    FROM scored GROUP BY 1, 2)
SELECT *, {quotient("mean_score", "points", "leads")}, {rate("response_rate", "responded", "leads")},
    {rate("engage_rate", "engaged", "leads")}, {rate("buy_rate", "bought", "leads")},
    {quotient("lift", "bought * (sum(leads) OVER (PARTITION BY week))",
              "(leads * (sum(bought) OVER (PARTITION BY week)))")}
FROM summed"""

CONVERSION = f"""
WITH deals AS (
    SELECT lead, min(closed_at) FILTER (WHERE outcome = 'won') AS won, count(*) AS deals,
        sum(amount) FILTER (WHERE outcome = 'won') AS amount
    FROM opportunity GROUP BY lead)
SELECT *, {rate("opportunity_rate", "opportunities", "leads")}, {rate("conversion_rate", "converted", "leads")},
    {quotient("mean_days", "span", "((converted - excluded) * 86400000000.0)")}
FROM (SELECT WEEK[l.created_at] AS week, l.source AS source, count(*) AS leads, count(d.deals) AS opportunities,
        count(d.won) AS converted, coalesce(sum(d.amount), 0) AS amount,
        sum(US[d.won] - US[l.created_at]) FILTER (WHERE d.won >= l.created_at) AS span,
        {count("d.won < l.created_at", "excluded")}
    FROM lead AS l LEFT JOIN deals AS d ON d.lead = l.id GROUP BY 1, 2) AS t"""

HELD = "outcome IN ('sale', 'demo', 'follow_up', 'declined', 'completed')"
MET = ["sale", "demo", "follow_up", "declined", "completed", "no_show", "cancelled", "unknown"]

MEETINGS = f"""
SELECT *, {rate("success_rate", "sale + demo", "held - completed")},
    {rate("no_show_rate", "no_show", "held + no_show")}
FROM (SELECT WEEK[at] AS week, rep, count(*) AS scheduled, {count(HELD, "held")},
        {", ".join(count(f"outcome = '{outcome}'", outcome) for outcome in MET)},
        coalesce(sum(duration_s) FILTER (WHERE {HELD}), 0) / 3600.0 AS hours
    FROM meeting GROUP BY 1, 2) AS t"""

OTHERS = "(sum({0}) OVER (PARTITION BY week) - {0})"

WIN_RATE = f"""
WITH parts AS (
    SELECT WEEK[closed_at] AS week, rep, {count("outcome = 'won'", "won")}, {count("outcome = 'lost'", "lost")},
        coalesce(sum(amount) FILTER (WHERE outcome = 'won'), 0) AS won_amount,
        coalesce(sum(amount) FILTER (WHERE outcome = 'lost'), 0) AS lost_amount, 0 AS leads, 0 AS opened
    FROM opportunity WHERE outcome <> 'open' GROUP BY 1, 2
    UNION ALL SELECT WEEK[created_at], rep, 0, 0, 0, 0, count(*), 0 FROM lead GROUP BY 1, 2
    UNION ALL SELECT WEEK[created_at], rep, 0, 0, 0, 0, 0, count(*) FROM opportunity GROUP BY 1, 2),
summed AS (
    SELECT week, rep, sum(won) AS won, sum(lost) AS lost, sum(won_amount) AS won_amount,
        sum(lost_amount) AS lost_amount, sum(leads) AS leads, sum(opened) AS opened
    FROM parts GROUP BY 1, 2),
against AS (
    SELECT *, {OTHERS.format("won")} AS others_won, {OTHERS.format("lost")} AS others_lost FROM summed),
fourfold AS (
    SELECT *, CASE WHEN won = 0 OR lost = 0 OR others_won = 0 OR others_lost = 0 THEN 0.5 ELSE 0 END AS more,
        won + lost > 0 AND others_won + others_lost > 0 AND won + others_won > 0 AND lost + others_lost > 0 AS known
    FROM against),
odds AS (
    SELECT *, CASE WHEN known THEN (won + more) * (others_lost + more) / (1.0 * (lost + more) * (others_won + more))
        END AS odds_ratio,
        CASE WHEN known THEN exp({Z} * sqrt(1.0 / (won + more) + 1.0 / (lost + more) + 1.0 / (others_won + more)
            + 1.0 / (others_lost + more))) END AS factor
    FROM fourfold)
SELECT *, {rate("win_rate", "won", "won + lost")},
    {quotient("value_win_rate", "won_amount", "(won_amount + lost_amount)")},
    odds_ratio / factor AS odds_ratio_lo, odds_ratio * factor AS odds_ratio_hi
FROM odds"""


def sql(engine):
    """The questions in an engine's dialect."""
    dialect = DIALECTS[engine]
    texts = {
        "calls": calls("WEEK[at] AS week, rep"),
        "hours": calls("WEEKDAY[at] AS weekday, HOUR[at] AS hour"),
        "responses": RESPONSES,
        "deals": DEALS,
        "scores": SCORES.replace("LAST_SCORE", dialect["last_score"].format(week="WEEK[at]")),
        "conversion": CONVERSION,
        "meetings": MEETINGS,
        "win_rate": WIN_RATE,
    }
    return {name: translate(dialect, text) for name, text in texts.items()}


def translate(dialect, text):
    text = text.replace("ALL_KEYS", "1, 2").replace("DAYS", dialect["days"])
    text = text.replace("column0", "d" if "range" in dialect["days"] else "column1")
    for function in ("week", "weekday", "hour", "us"):
        mark = function.upper() + "["
        while mark in text:
            head, rest = text.split(mark, 1)
            argument, tail = rest.split("]", 1)
            text = head + dialect[function].format(argument) + tail
    return re.sub(r"\bat\b", '"at"', text)
