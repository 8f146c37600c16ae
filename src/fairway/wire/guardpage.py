"""A passage as one HTML page, to be read in a browser, kept, attached and printed.

From the API's JSON, like the text. Every text of a stranger (names, SQL, logs, what the database said) goes through
`text`, which escapes it; there is no other way into the page.
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from fairway.wire import guardlines, guardreport, guardstyle, words
from fairway.wire.guardreport import TITLES

Json = Mapping[str, Any]
KINDS = {"✓": "good", "✗": "bad", "!": "warn", "…": "busy", "·": "soft"}
STATUSES = {"MIGRATED": "good", "REHEARSED": "good", "SKIPPED": "good", "REFUSED": "bad", "FAILED": "bad"}
VERDICTS = {"refused": "bad", "asked": "warn", "warned": "warn", "silenced": "soft"}
SIGNS = {"ADDED": "+", "CHANGED": "~", "REMOVED": "−"}
TRACK = 1000
"""Units of a bar's whole width."""


def render(passage: Json) -> str:
    """The whole page."""
    title = f"{passage['app']}, passage {passage['number']}"
    body = "".join(
        (
            heading(passage),
            steps(passage),
            cause(passage),
            findings(passage.get("judged")),
            pending(passage.get("plan")) if passage.get("back_of") is None else "",
            rehearsal(passage.get("rehearsal")),
            attempts(passage["attempts"], "Migration" if passage.get("back_of") is None else "Way back"),
        )
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{guardstyle.POLICY_IN_PAGE}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="robots" content="noindex">\n'
        f"<title>{text(title)}</title>\n<style>{guardstyle.STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n"
        "</body>\n</html>\n"
    )


def text(value: object) -> str:
    """A text for the page: no mark-up, and no control characters."""
    return html.escape("\n".join(words.clean(line) for line in str(value).split("\n")))


def heading(passage: Json) -> str:
    """What and when."""
    kind = STATUSES.get(passage["status"], "busy")
    status = passage["status"].lower().replace("_", " ")
    about = [f"passage {passage['number']}"]
    if (back := passage.get("back_of")) is not None:
        about.append(f"way back of passage {back}")
        status = "taken back" if status == "migrated" else status
    about += [f"{key} {passage[key]}" for key in ("release", "execution") if passage.get(key) is not None]
    when = f"{moment(passage['created_at'])} by {passage['by']}"
    if passage["ended_at"] is not None:
        when += f", took {words.duration(passage['ended_at'] - passage['created_at'])}"
    source = f'<p class="soft small">{text(passage["source"])}</p>' if passage["source"] else ""
    return (
        f'<div class="title"><h1>{text(passage["app"])} → {text(passage["environment"])}</h1>'
        f'<span class="badge {kind}">{text(status)}</span></div>\n'
        f'<p class="soft">{text(", ".join(about))} · {text(when)}</p>\n{source}'
    )


def moment(at: float) -> str:
    """A time in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def steps(passage: Json) -> str:
    """Each step with its mark, in the words of the text."""
    rows = []
    for line in guardlines.steps(passage):
        name, mark, rest = line[2:15].strip(), line[15:16], line[16:].strip()
        kind = KINDS.get(mark, "soft")
        rows.append(f'<li><b class="{kind}">{text(mark)}</b><span>{text(name)}</span><span>{text(rest)}</span></li>')
    return f'<div class="card"><ul class="steps">{"".join(rows)}</ul></div>\n' if rows else ""


def cause(passage: Json) -> str:
    """Why it stopped, how the database stands, and what to do."""
    found = passage.get("cause")
    if found is None:
        return ""
    seen = f'<p class="soft">seen: {text(found["seen"])}</p>' if found["seen"] else ""
    fix = f"<h3>Fix</h3><pre>{text(found['fix'])}</pre>" if found["fix"] else ""
    state = sentence(guardlines.state(passage))
    more = f'<p class="soft small">More: <code>{text("    ".join(found["more"]))}</code></p>' if found["more"] else ""
    return (
        f'<div class="card failed"><h3>{text(found["sentence"])}</h3>{seen}<p>{text(state)}</p>'
        f"{log(found['log'])}{fix}{more}</div>\n"
    )


def findings(judged: Json | None) -> str:
    """The findings by what becomes of them, and what could not be judged."""
    if judged is None or not (judged["findings"] or judged["notes"]):
        return ""
    parts = ["<h2>What was found in the SQL</h2>\n"]
    parts += [finding(each) for verdict in TITLES for each in judged["findings"] if each["verdict"] == verdict]
    if judged["notes"]:
        notes = "".join(f"<p>{text(note)}</p>" for note in judged["notes"])
        parts.append(f'<div class="card"><h3>Not judged</h3>{notes}</div>\n')
    return "".join(parts)


def finding(found: Json) -> str:
    """One, with its SQL and the better way."""
    verdict = found["verdict"]
    place = found["step"] + (f":{found['line']}" if found["line"] else "")
    harmless = '<span class="soft small">harmless at this size</span>' if found["harmless"] else ""
    reason = f'<p class="soft">Silenced: {text(found["reason"])}</p>' if found["reason"] else ""
    statement = f"<pre>{text(found['statement'])}</pre>" if found["statement"] else ""
    return (
        f'<div class="card {text(verdict)}"><div class="title"><h3>{text(found["rule"])}</h3>'
        f'<span class="badge {VERDICTS[verdict]}">{text(TITLES[verdict])}</span>{harmless}</div>'
        f'<p class="soft small">{text(place)}</p>{statement}<p>{text(sentence(found["effect"]))}</p>'
        f"{reason}{advice(found['advice'])}</div>\n"
    )


def sentence(effect: str) -> str:
    """With a capital at its beginning."""
    return effect[:1].upper() + effect[1:]


def advice(better: str) -> str:
    """The first line as a sentence, the SQL below it."""
    first, _, sql = better.partition("\n")
    if not first:
        return ""
    return f'<p><span class="good">Better:</span> {text(first)}</p>' + (f"<pre>{text(sql)}</pre>" if sql else "")


def pending(plan: Json | None) -> str:
    """The SQL of what was pending."""
    steps = [step for step in (plan or {}).get("pending", ()) if step["sql"]]
    if not steps:
        return ""
    cards = (f"<h3>{text(step['name'])}</h3><pre class='log'>{text(step['sql'].strip())}</pre>" for step in steps)
    return f"<h2>Pending SQL</h2>\n{''.join(cards)}\n"


def rehearsal(made: Json | None) -> str:
    """What the migration did to the copy, and how the releases did on it."""
    if made is None:
        return ""
    parts = [locks(made), work(made), schema(made), way_back(made.get("down"), back=made["back"])]
    parts += [trial(each) for each in (made.get("old"), made.get("new")) if each is not None]
    if made["up"]["log"]:
        parts.append(f"<h2>Log of the rehearsal</h2>\n{log(made['up']['log'])}\n")
    return "".join(parts)


def locks(made: Json) -> str:
    """A bar for each lock, against the whole time of the rehearsal."""
    if not made["locks"]:
        return ""
    whole = max([made["up"]["seconds"], *(each["seconds"] for each in made["locks"]), 0.001])
    rows = []
    for each in made["locks"]:
        width = max(4, round(TRACK * each["seconds"] / whole))
        kind = "held" if each["stops"] else "mild"
        bar = (
            f'<svg viewBox="0 0 {TRACK} 20" preserveAspectRatio="none" role="img" aria-label="{width // 10} %">'
            f'<rect class="track" width="{TRACK}" height="20"/><rect class="{kind}" width="{width}" height="20"/></svg>'
        )
        who = f"{each['stops']} wait" if each["stops"] else "nobody waits"
        cells = f"<td>{text(each['table'])}</td><td>{text(each['mode'])}</td>"
        cells += f'<td class="n">{words.brief(each["seconds"])}</td><td>{text(who)}</td><td class="bar">{bar}</td>'
        rows.append(f"<tr>{cells}</tr>")
    took = words.duration(made["up"]["seconds"])
    head = f'<th>table</th><th>lock</th><th>held</th><th></th><th class="bar">of {took}</th>'
    return f"<h2>Locks in the rehearsal</h2>\n{grid(head, rows)}"


def work(made: Json) -> str:
    """What it wrote."""
    seen = [*guardreport.work(made), *(("not seen", each) for each in made["unseen"])]
    rows = [f"<dt>{text(name)}</dt><dd>{text(amount)}</dd>" for name, amount in seen]
    return f"<h2>Work in the rehearsal</h2>\n<dl>{''.join(rows)}</dl>\n" if rows else ""


def schema(made: Json) -> str:
    """What is another in the schema afterwards."""
    if not made["differences"]:
        return ""
    parts = []
    for each in made["differences"]:
        lines = [("removed", "−", line) for line in each["before"].splitlines() if each["change"] != "ADDED"]
        lines += [("added", "+", line) for line in each["after"].splitlines() if each["change"] != "REMOVED"]
        body = "\n".join(f'<span class="{kind}">{sign} {text(line)}</span>' for kind, sign, line in lines)
        kind = each["change"].lower()
        name = f'<h3><span class="{text(kind)}">{SIGNS[each["change"]]}</span> {text(each["object"])}</h3>'
        parts.append(f'<div class="diff">{name}{f"<pre>{body}</pre>" if body else ""}</div>')
    versions = f'<p class="soft small">{text(made["before"])} → {text(made["after"])}</p>'
    return f"<h2>Schema</h2>\n{versions}{''.join(parts)}\n"


def way_back(down: Json | None, *, back: bool) -> str:
    """The log of the way back, where it did not lead back."""
    if down is None or (back and down["code"] == 0):
        return ""
    why = down["error"] or "It did not lead back to the same schema."
    return f"<h2>The way back</h2>\n<p>{text(why)}</p>{log(down['log'])}\n"


def trial(each: Json) -> str:
    """A release that did not hold on the migrated copy; that one held is said among the steps."""
    if not each["failed"]:
        return ""
    kind, mark = ("soft", "·") if each["blind"] else ("bad", "✗")
    blind = f"; {text(each['blind'])}" if each["blind"] else ""
    return (
        f"<h2>{text(each['release'])} on the migrated copy</h2>\n"
        f'<p><b class="{kind}">{mark}</b> {text(each["failed"])}, after {words.duration(each["seconds"])}{blind}</p>'
        f"{log(each['log'])}\n"
    )


def attempts(made: Sequence[Json], what: str) -> str:
    """What was run on the real database."""
    parts = []
    for number, each in enumerate(made, start=1):
        ended = "it did not end in time" if each["timed_out"] else f"status {each['code']}"
        about = f"{' '.join(each['command'])}: {ended} after {words.duration(each['seconds'])}"
        error = f'<p class="bad">{text(each["error"])}</p>' if each["error"] else ""
        title = f"{what}, attempt {number}" if len(made) > 1 else what
        parts.append(f"<h2>{title}</h2>\n<p><code>{text(about)}</code></p>{error}{log(each['log'])}\n")
    return "".join(parts)


def log(lines: Iterable[str]) -> str:
    """The lines as they are; nothing of an empty log."""
    joined = "\n".join(lines)
    return f'<pre class="log">{text(joined)}</pre>' if joined else ""


def grid(head: str, rows: Sequence[str]) -> str:
    """A table that may be wider than a phone."""
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>\n'
