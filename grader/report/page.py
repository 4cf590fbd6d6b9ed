"""The report as HTML: what stands under each row and above all rows on Gradescope, and both as a page to look at.

What may live here: markup. What is said comes from the result. Whatever a
student or a student's code wrote is cleaned, shortened and escaped; every piece
is well-formed and stays within Gradescope's bound.
"""
from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from grader.report.terminal import MARKS, MAX_PRINTED_LINES, clean, first_to_mend, of_block, points, significant
from grader.result import MAX_OUTPUT_CHARS, CheckResult, Difference, Message, Result, to_json

if TYPE_CHECKING:
    from grader.report.pictures import Picture

MAX_TEXT_CHARS, MAX_NOTE_CHARS, MAX_PRINTED_CHARS = 2_000, 400, 160
"""Of one text, one note, one printed line. Markup makes of a character six at most: under 60,000 in all, a row or above the rows."""
_CODE = re.compile(r"`([^`\n]+)`")
_NOT_IN_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")

VISIBILITY_WORDS = {
    "hidden": "hidden from students", "after_due_date": "shown after the due date", "after_published": "shown when grades are published",
}


def document(result: Result, pictures: Mapping[str, Picture] | None = None) -> dict[str, Any]:
    """Gradescope's results.json with outputs in HTML.

    pictures  by the number of the row under which each is shown
    """
    outputs = {check.number: row_html(check, (pictures or {}).get(check.number), result.headline) for check in result.checks}
    return to_json(result, outputs, overview_html(result), "html")


def row_html(check: CheckResult, picture: Picture | None = None, headline: str = "") -> str:
    """What stands under one row: at most MAX_OUTPUT_CHARS. A picture that would not fit is left out.

    headline  what stands above all rows, and need not stand under each of them
    """
    message = Message(came="Not run: see above.") if headline and check.message.came == headline else check.message
    text = "".join([*_message(message), *_printed(check.printed, "your code printed")])
    image = "" if picture is None else _image(picture)
    return text + image if len(text) + len(image) <= MAX_OUTPUT_CHARS else text


def overview_html(result: Result) -> str:
    """What stands above all rows: why nothing was graded or where to begin, warnings, what the file printed."""
    parts = [f"<p><strong>{_text(result.headline)}</strong></p>"] if result.headline else list(_beginning(result.checks))
    parts += [f"<p>Note: {_text(note, MAX_NOTE_CHARS)}</p>" for note in result.notes[:MAX_PRINTED_LINES]]
    parts += _printed(result.printed_at_load, "your file printed while it was run")
    return "".join(parts)


def _beginning(checks: Sequence[CheckResult]) -> Iterator[str]:
    """The row to mend first, or that there is none."""
    first = first_to_mend(checks)
    if first is not None:
        yield f"<p>Begin with <strong>{first.number}</strong>: {_text(first.name)}.</p>"
    elif all(check.state in ("passed", "information") and check.visibility == "visible" for check in checks):
        yield "<p>Every check passed.</p>"


def _message(message: Message) -> Iterator[str]:
    if message == Message(came=message.came):
        yield f"<p>{_text(message.came)}</p>" if message.came else ""
        return
    if message.asked and (message.came or message.difference or message.look):
        yield _labelled("Asked", message.asked)
    if message.came:
        yield _labelled("Came", message.came)
    if message.difference:
        yield _difference(message.difference)
    if message.look:
        yield _labelled("Look", message.look)


def _labelled(label: str, text: str) -> str:
    return f"<p><strong>{label}:</strong> {_text(text)}</p>"


def _difference(off: Difference) -> str:
    where = f" at {_text(off.entry)}" if off.entry else ""
    wrong = f"<p>{off.wrong} of {off.total} entries differ.</p>" if off.total > 1 else ""
    rows = (("Yours", off.actual), ("Expected", off.expected))
    cells = "".join(f"<tr><td>{label}{where}&#160;</td><td><code>{significant(value)}</code></td></tr>" for label, value in rows)
    return f"<table><tbody>{cells}</tbody></table>{wrong}"


def _printed(text: str, label: str) -> list[str]:
    lines = clean(text).splitlines()
    if not "".join(lines).strip():
        return []
    shown = [line[:MAX_PRINTED_CHARS] for line in lines[:MAX_PRINTED_LINES]]
    if len(lines) > MAX_PRINTED_LINES:
        shown.append(f"[... {len(lines) - MAX_PRINTED_LINES} more lines]")
    return [f"<details><summary>{label}</summary><pre>{_escaped(chr(10).join(shown))}</pre></details>"]


def _image(picture: Picture) -> str:
    data = base64.b64encode(picture.png).decode("ascii")
    return f'<p><img alt="{_escaped(picture.title)}" src="data:image/png;base64,{data}" style="max-width: 100%; margin-top: 8px" /></p>'


def _text(text: str, max_chars: int = MAX_TEXT_CHARS) -> str:
    """A text of sentences: new lines kept, `code` set as code."""
    short = clean(text)
    if len(short) > max_chars:
        short = f"{short[:max_chars]} [...]"
    return _CODE.sub(r"<code>\1</code>", _escaped(short)).replace("\n", "<br />")


def _escaped(text: str) -> str:
    return escape(_NOT_IN_XML.sub("?", text))


# ---------------------------------------------------------------- the previewer

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; background: #f6f7f8 }
h1 { font-size: 1.35em; margin: 0 } h1 small { font-weight: normal; color: #666; margin-left: .6em }
header, article, footer { background: #fff; border: 1px solid #d8dbde; border-radius: 4px; padding: .7em 1em; margin: .5em 0 }
header section { margin-top: .5em } footer { color: #555; font-size: .9em }
h2 { font-size: 1em; margin: 0; display: flex; gap: .6em } h2 .mark { width: 1em; text-align: center }
h2 .points { margin-left: auto; white-space: nowrap; font-variant-numeric: tabular-nums }
article { border-left: .35em solid #8a8f94 } article > :not(h2) { margin-left: 1.6em }
article.passed { border-left-color: #1a7f37 } article.passed .mark { color: #1a7f37 }
article.failed { border-left-color: #b3261e } article.failed .mark { color: #b3261e }
article.information { border-left-color: #4a6fa5 } article.information .mark { color: #4a6fa5 }
article.open { margin-bottom: 0; padding-bottom: 0; border-bottom: 0 } article.open + article { margin-top: 0; border-top: 0 }
article.not-run h2, article.information h2 { font-weight: normal }
.visibility { font-weight: normal; font-size: .85em; background: #fff3cd; border-radius: 3px; padding: .1em .5em; align-self: center }
pre, code { font: .92em ui-monospace, monospace } pre { background: #f5f5f5; padding: .5em; overflow-x: auto }
p { margin: .4em 0; overflow-wrap: anywhere } td { padding-right: .6em } summary { cursor: pointer; color: #555 }
"""


def preview(document: Mapping[str, Any]) -> str:
    """A page that shows a results.json much as Gradescope does, hidden rows included, and below it what only staff sees.

    document  as document() makes it; its outputs are trusted to be HTML
    """
    tests: Sequence[Mapping[str, Any]] = document["tests"]
    most = sum(test["max_score"] for test in tests)
    title = f"{points(document['score'])} of {points(most)} points"
    name = _escaped(clean(document["extra_data"]["submission"])) or "submission"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8" /><meta name="viewport" content="width=device-width" />'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\" />"
        f"<title>{name}: {title}</title><style>{_STYLE}</style></head>\n"
        f"<body><header><h1>{title}<small>{name}</small></h1>\n<section>{document['output']}</section></header>\n"
        + "\n".join(_articles(tests))
        + f"\n{_for_staff(document)}\n</body></html>\n"
    )


def _articles(tests: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """An article a row. Of neighbours that were not run for the same cause, the last says why."""
    block: list[str] = []
    for test, following in zip(tests, [*tests[1:], None]):
        block.append(test["number"])
        is_open = following is not None and _is_same_cause(test, following)
        output = "" if is_open else test["output"]
        if output and len(block) > 1:
            output = f"<p>{of_block(block, output.removeprefix('<p>'))}"
        yield _article(test, output, is_open)
        block = block if is_open else []


def _is_same_cause(test: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    states = {test["extra_data"]["state"], other["extra_data"]["state"]}
    return states == {"not run"} and test["output"] == other["output"] and test["output"].startswith("<p>")


def _article(test: Mapping[str, Any], output: str, is_open: bool) -> str:
    state = test["extra_data"]["state"]
    earned = f"{points(test['score'])} / {points(test['max_score'])}" if test["max_score"] else "information"
    words = VISIBILITY_WORDS.get(test["visibility"], "")
    badge = f'<span class="visibility">{words}</span>' if words else ""
    return (
        f'<article class="{state.replace(" ", "-")}{" open" if is_open else ""}"><h2><span class="mark">{MARKS[state]}</span>'
        f'<span>{test["number"]} {_escaped(test["name"])}</span>{badge}<span class="points">{earned}</span></h2>'
        f"{output}</article>"
    )


def _for_staff(document: Mapping[str, Any]) -> str:
    extra = document["extra_data"]
    lines = [
        f"Graded in {extra['seconds']:.1f} s by version {extra['grader_version']}; "
        f"isolation: {extra['isolation'].get('level', 'none, since nothing was run')}.",
        *extra["events"],
    ]
    return "<footer><p><strong>Not shown to students</strong></p>" + "".join(f"<p>{_text(line)}</p>" for line in lines) + "</footer>"
