"""The class page: one HTML file that an instructor opens from disk, with no network.

What may live here: markup, style, the script that sorts and searches, and three
pictures. What is shown comes from the summary. Names and whatever else people
wrote are cleaned and escaped, and the page's own policy lets no other script run.
"""
from __future__ import annotations

import base64
import hashlib
import io
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from grader.report.class_summary import (
    ClassSummary,
    Graded,
    flags,
    misconception_ids,
    misconceptions,
    parts,
    points_lost,
)
from grader.report.terminal import clean, points
from grader.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PART_NAMES = {"1": "data", "2": "forward", "3": "loss, gradients", "4": "training"}
BLUE, RED = "#3b6ea5", "#b3261e"

_STYLE = """
body { font: 15px/1.45 sans-serif; max-width: 78em; margin: 1.5em auto; padding: 0 1em; color: #222; background: #fff }
h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 1.6em 0 .4em } a { color: #1f5a96 }
.figures { display: flex; flex-wrap: wrap; gap: 1.6em; margin: 0; padding: 0; list-style: none }
.figures b { display: block; font-size: 1.5em; font-weight: 600 }
.pictures { display: flex; flex-wrap: wrap; gap: 1em } .pictures img { flex: 1 1 20em; min-width: 0; max-width: 27em }
table { border-collapse: collapse } td, th { padding: .2em .6em; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
#students { width: 100% } #students thead th { position: sticky; top: 0; background: #f0f3f7 }
th button { font: inherit; font-weight: 600; border: 0; background: none; padding: 0; cursor: pointer; color: inherit }
th[aria-sort=ascending] button::after { content: " \\25b2" } th[aria-sort=descending] button::after { content: " \\25bc" }
input[type=search] { font: inherit; width: 22em; max-width: 100%; padding: .25em .5em } .flag { color: #9a3b00 }
section { scroll-margin-top: 1em }
button.find { font: 13px monospace; border: 1px solid #bbb; background: #f3f3f3; cursor: pointer; text-align: left }
code { background: #f3f3f3; padding: 0 .25em } summary { cursor: pointer } .quiet { color: #666 } tr[hidden] { display: none }
nav { margin: .8em 0 1em; color: #666 } nav a { margin-right: 1.1em }
td.whose { min-width: 17em } #students td:first-child { min-width: 12em }
@media (max-width: 60em) {
  section { overflow-x: auto } #students thead th { position: static }
  td.whose, td.named { min-width: 12em } .pictures img { flex-basis: 100% }
}
.bar { display: inline-block; height: .7em; background: #b3261e; margin-right: .4em; min-width: 2px }
 details ul { margin: .2em 0; padding-left: 1.3em; columns: 14em auto }
@media print { input, #count { display: none } }
"""

_SCRIPT = """
const table = document.getElementById("students"), body = table.tBodies[0], rows = Array.from(body.rows);
const search = document.getElementById("search"), count = document.getElementById("count");
const fold = text => text.normalize("NFD").replace(/[\\u0300-\\u036f]/g, "").toLowerCase();
const texts = new Map(rows.map(row => [row, fold(row.textContent)]));
function show() {
  const words = fold(search.value).split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    row.hidden = !words.every(word => texts.get(row).includes(word));
    shown += !row.hidden;
  }
  count.textContent = shown + " of " + rows.length;
}
function value(row, column) {
  const cell = row.cells[column];
  return "v" in cell.dataset ? (cell.dataset.v === "" ? -Infinity : Number(cell.dataset.v)) : fold(cell.textContent);
}
function sort(head) {
  const column = head.cellIndex, down = head.getAttribute("aria-sort") === "ascending", sign = down ? -1 : 1;
  const keyed = rows.map(row => [value(row, column), row]);
  keyed.sort((a, b) => sign * (typeof a[0] === "string" ? a[0].localeCompare(b[0]) : a[0] === b[0] ? 0 : a[0] < b[0] ? -1 : 1));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  body.append(...keyed.map(pair => pair[1]));
}
for (const head of table.tHead.rows[0].cells) head.querySelector("button").addEventListener("click", () => sort(head));
search.addEventListener("input", show);
for (const button of document.querySelectorAll("[data-search]"))
  button.addEventListener("click", () => { search.value = button.dataset.search; show(); search.scrollIntoView(); });
show();
"""


def class_page(summary: ClassSummary) -> str:
    """The page as HTML. Links lead to students/SLUG/index.html beside it."""
    titles = {one.slug: one.title for one in summary.submissions}
    link = _Links(titles)
    sections = [
        _figures(summary), _contents(summary), _pictures(summary), _misconceptions(summary, link), _flagged(summary, link),
        _alike(summary, link), _changes(summary, link), _without_points(summary, link), _table(summary, link),
    ]
    script_hash = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script_hash}'"
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(summary.title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><h1>{_text(summary.title)}</h1>\n" + "\n".join(section for section in sections if section)
        + f"\n<script>{_SCRIPT}</script></body></html>\n"
    )


class _Links:
    """Links to students' pages, by slug."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles

    def one(self, slug: str) -> str:
        return f'<a href="students/{quote(slug)}/index.html">{_text(self._titles.get(slug, slug))}</a>'

    def few(self, slugs: Sequence[str]) -> str:
        return ", ".join(self.one(slug) for slug in slugs)

    def many(self, slugs: Iterable[str]) -> str:
        return f"<ul>{''.join(f'<li>{self.one(slug)}</li>' for slug in slugs)}</ul>"


def _text(text: str) -> str:
    """Text of a page: no control characters, no lone surrogates, nothing that is markup."""
    return escape(" ".join(clean(text).encode("utf-8", "replace").decode("utf-8").split()))


def _section(title: str, content: str, anchor: str) -> str:
    return f'<section id="{anchor}"><h2>{title}</h2>\n{content}</section>'


# ---------------------------------------------------------------- sections


def _figures(summary: ClassSummary) -> str:
    scores = summary.scores
    people = sum(len(one.students) for one in summary.submissions)
    figures = [(f"{len(summary.submissions):,}", "submissions"), (f"{people:,}", "students")]
    if scores:
        most = summary.graded[0][1].max_score
        figures += [
            (f"{statistics.fmean(scores):.1f}", f"mean of {points(most)}"), (f"{statistics.median(scores):g}", "median"),
            (f"{sum(score == most for score in scores):,}", "full marks"),
        ]
    items = "".join(f"<li><b>{figure}</b>{words}</li>" for figure, words in figures)
    return f'<ul class="figures">{items}</ul>'


def _contents(summary: ClassSummary) -> str:
    """Links to the sections, with how much is in each."""
    flagged = sum(bool(flags(result, one.compared)) for one, result in summary.graded)
    aside = sum(bool(result.headline) for _, result in summary.graded) + len(summary.submissions) - len(summary.graded)
    entries = [
        ("misconceptions", "misconceptions", len(misconceptions(summary.graded))), ("flagged", "to look at", flagged),
        ("alike", "near-identical groups", len(summary.alike)), ("changes", "changed marks", len(summary.changes or ())),
        ("without", "not graded or usable", aside), ("everybody", "everybody", len(summary.submissions)),
    ]
    return "<nav>" + "".join(f'<a href="#{anchor}">{words} ({count:,})</a>' for anchor, words, count in entries if count) + "</nav>"


def _misconceptions(summary: ClassSummary, link: _Links) -> str:
    found = misconceptions(summary.graded)
    if not found:
        return _section("Misconceptions", "<p>None was found.</p>", "misconceptions")
    most = max(len(slip.slugs) for slip in found)
    rows = [
        f'<tr><td>{_finder(slip.id)}</td><td>{_text(slip.step)}</td><td class="named">{_text(slip.named)}</td>'
        f'<td class="n" title="{len(slip.slugs)} of {len(summary.graded)} submissions">'
        f'<span class="bar" style="width: {6 * len(slip.slugs) / most:.1f}em"></span>{len(slip.slugs):,}</td>'
        f'<td class="whose">{_whose(slip.slugs, link)}</td></tr>'
        for slip in found
    ]
    head = '<tr><th>what</th><th>step</th><th>in words to the student</th><th class="n">submissions</th><th>whose</th></tr>'
    return _section("Misconceptions", f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>", "misconceptions")


def _whose(slugs: Sequence[str], link: _Links) -> str:
    """Up to three names, or a list to open."""
    if len(slugs) <= 3:
        return link.few(slugs)
    return f"<details><summary>{link.few(slugs[:2])} and {len(slugs) - 2:,} more</summary>{link.many(slugs[2:])}</details>"


def _finder(word: str) -> str:
    """A word that, clicked, is searched for in the table."""
    return f'<button type="button" class="find" data-search="{_text(word)}">{_text(word)}</button>'


def _flagged(summary: ClassSummary, link: _Links) -> str:
    found: dict[str, list[str]] = {}
    for one, result in summary.graded:
        for flag in flags(result, one.compared):
            found.setdefault(flag, []).append(one.slug)
    if not found:
        return _section("To look at", "<p>Nothing was flagged.</p>", "flagged")
    items = [
        f"<details open><summary>{_text(flag)} ({len(slugs)})</summary>{link.many(slugs)}</details>"
        for flag, slugs in sorted(found.items())
    ]
    return _section("To look at", '<p class="quiet">A flag takes no points by itself.</p>' + "".join(items), "flagged")


def _alike(summary: ClassSummary, link: _Links) -> str:
    if not summary.alike:
        return _section("Near-identical submissions", "<p>None.</p>", "alike")
    items = []
    for group in summary.alike:
        names = "names too" if group.same_names else "but for names"
        if group.within:
            smaller, larger = map(link.one, group.slugs)
            share = "all" if group.share > 0.995 else f"{group.share:.0%}"
            items.append(f"<li>{share} of {smaller} stands in {larger} too, among other code, {names}</li>")
            continue
        share = "the same" if group.share > 0.995 else f"{group.share:.0%} or more the same"
        words = f"{len(group.slugs)} submissions, {share}, {names}"
        items.append(f"<li>{words}: {_whose(group.slugs, link)}</li>")
    why = (
        '<p class="quiet">Comments, layout, imports and the template left out. A reason to read both, not a verdict: '
        "the exercise is short and its formulas are in the assignment.</p>"
    )
    return _section("Near-identical submissions", f"{why}<ul>{''.join(items)}</ul>", "alike")


def _changes(summary: ClassSummary, link: _Links) -> str:
    if summary.changes is None:
        return ""
    if not summary.changes:
        return _section("Changed by the regrade", "<p>No mark changed.</p>", "changes")
    rows = [
        f'<tr><td>{link.one(change.slug)}</td><td class="n">{change.before:g}</td><td class="n">{change.after:g}</td>'
        f"<td>{', '.join(f'{_text(number)} {gained:+g}' for number, gained in change.by_check)}</td></tr>"
        for change in summary.changes
    ]
    head = '<tr><th>student</th><th class="n">before</th><th class="n">now</th><th>by check</th></tr>'
    return _section("Changed by the regrade", f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>", "changes")


def _without_points(summary: ClassSummary, link: _Links) -> str:
    """Who was not graded, whose submission could not be used, and what was left aside, each with its reason."""
    items = [f"<li>{link.one(one.slug)}: {_text(result.headline)}</li>" for one, result in summary.graded if result.headline]
    items += [f"<li>{_text(one.title)}: not graded. {_text(one.fault)}</li>" for one in summary.submissions if one.result is None]
    items += [f"<li>{_text(note)}</li>" for note in summary.notes]
    return _section("Not graded, not usable, left aside", f"<ul>{''.join(items)}</ul>", "without") if items else ""


def _table(summary: ClassSummary, link: _Links) -> str:
    numbers = sorted({number for _, result in summary.graded for number in parts(result)})
    numeric = ["score", *(PART_NAMES.get(number, number) for number in numbers), "µs a step"]
    heads = [_head("student"), *(_head(name, "n") for name in numeric), _head("misconceptions"), _head("flags")]
    rows = "\n".join(_row(one, numbers, link) for one in summary.submissions)
    find = (
        '<p><input id="search" type="search" placeholder="a name, a misconception, a flag" aria-label="search"> '
        '<span id="count" class="quiet" aria-live="polite"></span></p>'
    )
    return _section(
        "Everybody", f'{find}<table id="students"><thead><tr>{"".join(heads)}</tr></thead>\n<tbody>{rows}</tbody></table>', "everybody"
    )


def _head(name: str, kind: str = "") -> str:
    return f'<th class="{kind}"><button type="button">{name}</button></th>'


def _row(one: Graded, numbers: Sequence[str], link: _Links) -> str:
    result = one.result
    if result is None:
        empty = '<td class="n" data-v=""></td>' * (len(numbers) + 2)
        return f'<tr><td>{_text(one.title)}</td>{empty}<td></td><td class="flag">not graded: {_text(one.fault)}</td></tr>'
    earned = parts(result)
    step_s = result.training.step_s
    cells = [_cell(result.score), *(_cell(earned.get(number)) for number in numbers), _cell(None if step_s is None else 1e6 * step_s, 0)]
    slips = " ".join(f"<code>{_text(name)}</code>" for name in misconception_ids(result))
    flagged = "; ".join(_text(flag) for flag in flags(result, one.compared)) or ("not usable" if result.headline else "")
    return f'<tr><td>{link.one(one.slug)}</td>{"".join(cells)}<td>{slips}</td><td class="flag">{flagged}</td></tr>'


def _cell(value: float | None, digits: int | None = None) -> str:
    if value is None:
        return '<td class="n" data-v=""></td>'
    return f'<td class="n" data-v="{value:g}">{points(value) if digits is None else f"{value:.{digits}f}"}</td>'


# ---------------------------------------------------------------- pictures


def _pictures(summary: ClassSummary) -> str:
    graded = summary.graded
    if not graded:
        return ""
    steps_s = [result.training.step_s for _, result in graded if result.training.step_s is not None]
    drawn = [
        _picture("scores", lambda axes: _draw_scores(axes, summary.scores, graded[0][1].max_score)),
        _picture("points lost by check", lambda axes: _draw_lost(axes, graded)),
    ]
    if steps_s:
        drawn.append(_picture("time of a training step", lambda axes: _draw_times(axes, [1e6 * step for step in steps_s])))
    return f'<div class="pictures">{"".join(drawn)}</div>'


def _picture(title: str, draw: Callable[[Axes], None]) -> str:
    """An SVG as an image: no script in it could run."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": title, "font.family": "sans-serif", "font.size": 9}):
        figure = Figure(figsize=(4.6, 3.2), layout="constrained")
        FigureCanvasSVG(figure)
        axes: Any = figure.add_subplot()
        draw(axes)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_title(title, fontsize=10)
        svg = io.BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return f'<img alt="{title}" src="data:image/svg+xml;base64,{base64.b64encode(svg.getvalue()).decode()}">'


def _draw_scores(axes: Any, scores: Sequence[float], most: float) -> None:
    edges = [most * i / 20 for i in range(21)]
    axes.hist(scores, bins=edges, color=BLUE, rwidth=0.92)
    axes.axvline(statistics.median(scores), color="0.3", linestyle=":", linewidth=1)
    axes.set(xlabel=f"points of {points(most)} (dotted: median)", ylabel="submissions", xlim=(0, most))
    _count_in_whole_numbers(axes.yaxis)


def _draw_lost(axes: Any, graded: Sequence[tuple[Graded, Result]]) -> None:
    rows = points_lost(graded)
    labels = [_short(f"{row.number} {row.name}") for row, _, _ in rows]
    lost = [mean for _, mean, _ in rows]
    axes.barh(labels, [row.max_score for row, _, _ in rows], color="0.92")
    axes.barh(labels, lost, color=RED)
    for at, (_, _, some) in enumerate(rows):
        axes.text(lost[at] + 0.1, at, f"{some}", va="center", fontsize=7)
    axes.invert_yaxis()
    axes.tick_params(axis="y", labelsize=7)
    axes.set(xlabel="points lost, mean (number: who lost any)")


def _short(text: str, most: int = 24) -> str:
    """A text cut at a word's end."""
    return text if len(text) <= most else text[: most + 1].rpartition(" ")[0].rstrip(":,") + " ..."


def _draw_times(axes: Any, steps_us: Sequence[float]) -> None:
    low, high = max(1.0, min(steps_us)), max(10.0, *steps_us)
    edges = [low * (1.02 * high / low) ** (i / 30) for i in range(31)]
    axes.hist(steps_us, bins=edges, color=BLUE, rwidth=0.92)
    axes.set_xscale("log")
    axes.set(xlabel="microseconds (processor time)", ylabel="submissions")
    _count_in_whole_numbers(axes.yaxis)


def _count_in_whole_numbers(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))
