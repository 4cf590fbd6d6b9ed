"""Outputs in HTML: well-formed, escaped, within Gradescope's bounds, and as a page in a browser."""
from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from grader.cli import main
from grader.report.class_page import _text as class_text
from grader.report.page import document, overview_html, preview, row_html
from grader.report.pictures import MAX_PNG_BYTES, Picture, row_pictures
from grader.report.terminal import clean, first_to_mend, report
from grader.result import MAX_OUTPUT_CHARS, CheckResult, Difference, Message, Result, Training, from_json, nothing_graded
from grader.rubric import DEFAULT
from tests.classes import without_times
from tests.conftest import ROOT

GRADESCOPE_CUTS_AT = 100_000
HOSTILE = (
    '</p></pre></details></table><script>document.title="owned"</script><img src=x onerror=alert(1)> `<b>` "\'&amp; ]]> <!-- '
    "\x1b[31m\x00\x08\u202e\ud800\uffff\ufffe `" + "`" * 3
)
LONG = HOSTILE * 3000


def _course(final_loss: float = 0.03) -> Training:
    steps = tuple(range(0, 1001, 50))
    losses = tuple(0.75 * (final_loss / 0.75) ** (step / 1000) for step in steps)
    params = {"U": [[1.0, 0.5], [-1.0, 0.5], [0.1, -1.0]], "b": [1.0, 1.0, 1.0], "W": [3.0, 3.0, 3.0], "c": -5.0}
    return Training(steps, losses, losses, params, 1e-4)


def _parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def _tags(html: str) -> set[str]:
    return {element.tag for element in _parsed(html).iter()}


ALLOWED = {"div", "p", "strong", "code", "br", "table", "tbody", "tr", "td", "details", "summary", "pre", "img"}


@pytest.mark.parametrize("text", [HOSTILE, LONG, "\n" * 5000, "&" * 100_000, "`" * 100_000, ""])
def test_whatever_is_said_is_well_formed_and_short(text: str) -> None:
    """Texts of any length and content are escaped, keep to a few tags, and leave room below Gradescope's cut."""
    message = Message(text, text, Difference(text, float("nan"), float("inf"), None, 3, 3), text)
    check = CheckResult("1.1", text, 0.0, 3.0, "failed", message, printed=text)
    whole = Result((check,), headline=text, notes=(text,) * 50, printed_at_load=text, submission=text)
    for html in (row_html(check), overview_html(whole), overview_html(replace(whole, headline=""))):
        assert _tags(html) <= ALLOWED and len(html) <= MAX_OUTPUT_CHARS < GRADESCOPE_CUTS_AT
        for element in _parsed(html).iter():
            assert not element.attrib
    json.dumps(document(whole), allow_nan=False).encode("utf-8")
    assert "<script" not in preview(document(whole))


def test_pictures_fit_under_their_rows() -> None:
    """Two PNGs, one a row, each below 74 kB and well-formed with the longest text; one that does not fit is left out."""
    result = Result(tuple(CheckResult(row.number, row.name, 0.0, row.points, "failed") for row in DEFAULT.rows), training=_course())
    pictures = dict(row_pictures(result))
    assert sorted(pictures) == ["4.1", "5.3"]
    written = document(result, pictures)
    outputs = {test["number"]: test["output"] for test in written["tests"]}
    for number in pictures:
        (image,) = _parsed(outputs[number]).iter("img")
        kind, data = image.attrib["src"].split(",")
        assert kind == "data:image/png;base64" and base64.b64decode(data).startswith(b"\x89PNG") and image.attrib["alt"]
        assert len(base64.b64decode(data)) <= MAX_PNG_BYTES < 74_000 and len(outputs[number]) < GRADESCOPE_CUTS_AT
    check = replace(result.checks[0], message=Message(LONG, LONG, None, LONG), printed=LONG)
    assert "<img" not in row_html(check, Picture("too large", bytes(MAX_PNG_BYTES)))


@pytest.mark.parametrize("steps", [(), (0,)])
def test_no_picture_without_a_step(steps: tuple[int, ...]) -> None:
    """Before the first step there is nothing of the student's to see."""
    course = replace(_course(), steps=steps, losses=(0.7,) * len(steps))
    assert list(row_pictures(Result((), training=course))) == []


def test_pictures_of_a_training_that_blew_up() -> None:
    """Losses and parameters that are not finite still make pictures."""
    course = _course()
    nan = {name: [float("nan")] * 3 for name in "bW"} | {"U": [[float("inf")] * 2] * 3, "c": float("nan")}
    blown = replace(course, losses=(0.7, *[float("nan")] * 10, *[float("inf")] * 10), params=nan)
    assert len(list(row_pictures(Result((), training=blown)))) == 2


def test_surface_is_left_out_where_training_is_hidden() -> None:
    """The surface would tell, under a row that is shown, how a hidden one ended."""
    rows = tuple(CheckResult(number, "", 0.0, 0.0, "failed", visibility=shown) for number, shown in (("4.1", "hidden"), ("5.3", "visible")))
    assert [number for number, _ in row_pictures(Result(rows, training=_course()))] == ["4.1"]


def test_headline_stands_once() -> None:
    """Why nothing was graded is said above the rows, and each row points there."""
    written = document(nothing_graded(DEFAULT, "Nothing could be graded: x."))
    assert "Nothing could be graded" in written["output"]
    assert {test["output"] for test in written["tests"]} == {"<p>Not run: see above.</p>"}


def test_a_student_is_told_where_to_begin(grade_source: Callable[..., Result], reference_source: str) -> None:
    """The first failed row is named above all rows; where all is right, that is said."""
    assert overview_html(grade_source(reference_source)) == "<p>Every check passed.</p>"
    wrong = reference_source.replace("1 - H**2", "1 - H")
    assert wrong != reference_source and "Begin with <strong>3.4</strong>" in overview_html(grade_source(wrong))


def test_a_student_begins_where_points_are_at_stake() -> None:
    """A failed row without points is named only where nothing else failed."""
    rows = [CheckResult(number, number, score, most, "failed") for number, score, most in (("2.1", 0, 0), ("2.2", 3, 3), ("3.1", 1, 8))]
    assert [first.number for first in (first_to_mend(rows), first_to_mend(rows[:2])) if first] == ["3.1", "2.1"]


def _not_run(number: str, why: str) -> CheckResult:
    return CheckResult(number, f"row {number}", 0.0, 2.0, "not run", Message(came=why))


def test_rows_not_run_for_one_cause_are_one_block() -> None:
    """The cause stands once below its rows, each with its points, on the terminal and on the page; results.json keeps it a row."""
    rows = [_not_run(number, "Not run, because x: see 3.1.") for number in ("3.2", "3.3", "4.1")] + [_not_run("5.1", "Not run, because y.")]
    text, written = report(Result(tuple(rows))), document(Result(tuple(rows)))
    assert text.count("because x") == 1 and "3.2 to 4.1: not run, because x: see 3.1." in text and text.count("0 / 2") == 4
    page = preview(written)
    assert page.count("because x") == 1 and "3.2 to 4.1: not run, because x: see 3.1." in page and page.count("0 / 2") == 4
    assert page.count("Not run, because y.") == 1 and text.count("Not run, because y.") == 1
    assert [test["output"] for test in written["tests"]].count("<p>Not run, because x: see 3.1.</p>") == 3


@pytest.mark.parametrize("character", "\u061c\u200b\u200e\u2028\u2029\u202e\u2066\ufeff\u00ad\x85\x0c\U000e0041\U000e0101")
def test_nothing_unseen_is_kept(character: str) -> None:
    """What turns the direction, breaks a line or cannot be seen is left out of what a student gave, on pages and on the terminal."""
    text = f"before{character}after"
    check = CheckResult("1.1", "row", 0.0, 3.0, "failed", Message(text, text, None, text), printed=text)
    whole = Result((check,), notes=(text,), printed_at_load=text, submission=text)
    assert clean(text) == "beforeafter"
    for shown in (preview(document(whole)), report(whole), class_text(text)):
        assert character not in shown and "beforeafter" in shown


def test_a_saved_result_holds_no_control_characters() -> None:
    """A database's column refuses NUL: of what was printed or raised, results.json keeps text, tabs and line ends, and shows the same."""
    printed = "a\0b\x1b[31mred\x1b[0m\t\x07\x9bc\r\nnext"
    check = CheckResult("1.1", "row", 0.0, 3.0, "failed", Message(printed, printed, None, printed), printed=printed)
    steps = ({"step": printed},)
    whole = Result((check,), printed, (printed,), diagnosis=steps, printed_at_load=printed, submission=printed, events=(printed,))
    saved = document(whole)
    text = json.dumps(saved)
    assert "\\u00" not in text and "\\r" not in text
    extra = saved["extra_data"]
    kept = [extra["printed_at_load"], saved["tests"][0]["extra_data"]["printed"], extra["diagnosis"][0]["step"], extra["headline"]]
    assert kept == ["abred\tc\nnext"] * 4
    assert report(from_json(saved)) == report(whole)


def test_letters_of_every_script_are_kept() -> None:
    """Accents, joined letters and emoji are no danger."""
    for text in ("Zoë Müller", "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\U0001f469\u200d\U0001f52c"):
        assert clean(text) == text


# ---------------------------------------------------------------- in a browser


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Callable[[str], Any]:
    """`grade --preview` of a submission, opened from disk."""

    def opened(submission: str) -> Any:
        page = tmp_path / "page.html"
        assert main(["grade", str(ROOT / "tests" / submission / "submission"), "--preview", str(page)]) == 0
        for log in ("browser", "performance"):
            browser.get_log(log)
        browser.get(page.as_uri())
        return browser

    return opened


@pytest.mark.parametrize(
    "submission, title, pictures",
    [("submissions/g-for-h-in-dw", "68 of 100", 2), ("attacks/html-output", "30 of 100", 0), ("submissions/no-python-file", "0 of 100", 0)],
)
def test_preview_in_a_browser(opened: Callable[[str], Any], submission: str, title: str, pictures: int) -> None:
    """The page shows every row and its pictures, loads nothing, runs nothing, and is not wider than the window."""
    browser = opened(submission)
    assert title in browser.title and len(browser.find_elements("tag name", "article")) == len(DEFAULT.rows)
    widths = browser.execute_script("return Array.from(document.images).map(i => i.naturalWidth)")
    assert len(widths) == pictures and all(width > 300 for width in widths)
    events = [json.loads(line["message"])["message"] for line in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert asked[0].startswith("file:") and all(url.startswith("data:") for url in asked[1:])
    assert browser.get_log("browser") == [] and browser.find_elements("css selector", "script, iframe, a") == []
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")
    for summary in browser.find_elements("tag name", "summary"):
        summary.click()
    shown = browser.find_element("tag name", "body").text
    assert not re.search(r"</?(p|strong|code|td)>", shown), "our own markup is never shown as text"


# ---------------------------------------------------------------- a disputed mark


@pytest.mark.parametrize("submission", ["submissions/einsum", "submissions/tanh-derivative-missing", "attacks/nan"])
def test_grading_again_gives_the_same_result(tmp_path: Path, submission: str) -> None:
    """A disputed mark can be shown again: the same file gives the same results.json to the byte, but for times."""
    texts = set()
    for number in range(2):
        path = tmp_path / f"{number}.json"
        assert main(["grade", str(ROOT / "tests" / submission / "submission"), "--results", str(path)]) == 0
        texts.add(without_times(json.loads(path.read_text(encoding="utf-8"))))
    assert len(texts) == 1
