"""The class page: what stands on it, and that it works in a browser from disk, with no network."""
from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from grader.grading import event_words
from grader.report.class_page import class_page
from grader.report.class_summary import Alike, Change, ClassSummary, Graded, flags, misconception_ids, misconceptions, points_lost
from grader.result import CheckResult, Result, Training, nothing_graded
from grader.rubric import DEFAULT
from grader.sandbox.client import Lost

HOSTILE = '<script>document.title="owned"</script>"\'>&=1+1\x1b[31m\u202e\ud800'


def _result(lost: dict[str, float] | None = None, slips: tuple[str, ...] = (), **fields: Any) -> Result:
    """A result with full points but for those lost, by check, and with these slips."""
    lost = lost or {}
    checks = tuple(
        CheckResult(
            row.number, row.name, row.points - lost.get(row.number, 0), row.points,
            "failed" if row.number in lost else "passed" if row.points else "information",
        )
        for row in DEFAULT.rows
    )
    diagnosis = tuple({"verdict": "explained", "id": slip, "quantity": "dU", "step": "z_bar", "named": f"about {slip}"} for slip in slips)
    return Result(checks, diagnosis=diagnosis, **{"training": Training(step_s=1e-4), **fields})


def _class(size: int = 3) -> ClassSummary:
    """Students s0, s1, ... of whom s1 has a slip, s2 a hostile name, and the last could not be graded."""
    results = [_result(), _result({"3.2": 6.0}, ("missing-batch-mean",)), _result({"3.5": 11.0}, training=Training(step_s=5e-3))]
    submissions = [Graded(f"s{i}", (HOSTILE if i == 2 else f"Student {i:04} Zoë",), results[i % 3]) for i in range(size)]
    submissions[0] = replace(submissions[0], result=replace(_result(), diagnosis=({"verdict": "unexplained", "quantity": "dU"},)))
    submissions.append(Graded("lost", ("Lost One",), None, "the disk broke"))
    return ClassSummary(
        "Backpropagation", tuple(submissions), (Alike(("s0", "s1"), 0.9, False),),
        (Change("s1", 60.0, 94.0, (("3.3", 9.0),)),), ("readme.txt was left aside",),
    )


class _Markup(HTMLParser):
    """Counts tags and collects what would load something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "action", "data", "srcset")]
        self.loads += [value or "" for name, value in attrs if name == "href" and tag != "a"]


def test_page_loads_nothing_and_holds_no_other_script():
    """The page is whole in itself, and a name is never markup."""
    markup = _Markup()
    page = class_page(_class())
    markup.feed(page)
    assert markup.tags.count("script") == 1 and all(load.startswith("data:") for load in markup.loads)
    assert "default-src 'none'" in page and not re.search(r"https?://(?!www\.w3\.org)", page)
    page.encode("utf-8")


def test_page_tells_what_an_instructor_asks():
    """Slips with whose, alike submissions, changes, what was left aside and why someone was not graded stand on it."""
    page = class_page(_class())
    for text in ("missing-batch-mean", "about missing-batch-mean", "90% or more the same", "3.3 +9", "readme.txt", "the disk broke"):
        assert text in page


def test_an_empty_class_has_a_page():
    """Where nothing was graded there is still a page, without pictures."""
    page = class_page(ClassSummary("x", (Graded("a", ("A",), None, "why"),)))
    assert "<img" not in page and "why" in page


def test_misconceptions_are_counted_by_submission():
    """A slip in several quantities of one submission counts once; unexplained ones come last."""
    submissions = [
        (Graded(str(i), (str(i),), result), result)
        for i, result in enumerate([_result({}, ("b", "b")), _result({}, ("b", "a")), _result({})])
    ]
    unexplained = replace(_result(), diagnosis=({"verdict": "unexplained", "quantity": "dU", "id": "x"},))
    submissions.append((Graded("3", ("3",), unexplained), unexplained))
    found = misconceptions(submissions)
    assert [(slip.id, slip.slugs) for slip in found] == [("b", ["0", "1"]), ("a", ["1"]), ("unexplained", ["3"])]
    assert misconception_ids(unexplained) == ["unexplained"]


def test_flags():
    """Numeric differentiation, answers by heart and isolation events are flagged; a plain mistake is not."""
    assert flags(_result()) == [] and flags(_result({"3.2": 6.0}, ("missing-batch-mean",))) == []
    assert flags(_result({"5.2": 0.0})) == ["numeric differentiation"]
    course = tuple(1.0 / (i + 1) for i in range(21))
    by_heart = _result({"3.2": 6.0, "3.3": 9.0, "3.4": 9.0}, training=Training(losses=course, expected_losses=course))
    assert "hard-coded" in flags(by_heart)[0]
    assert flags(replace(by_heart, training=Training(losses=course[::-1], expected_losses=course))) == []
    assert "hard-coded" in flags(_result({}, ("answer-constant",)))[0]
    assert flags(_result({"3.2": 6.0}, by_heart=("backprop",))) == ["hard-coded answers: backprop right for the graded inputs only"]
    assert flags(_result(events=("the process ended: SIGSEGV",) * 2)) == ["isolation: the process ended: SIGSEGV"]
    late = tuple(event_words(Lost("late", str(seconds))) for seconds in (10, 3))
    assert flags(_result(events=late)) == ["isolation: no answer in time"]
    assert "isolation" in flags(_result(isolation={"level": "none"}))[0]


def test_points_lost():
    """The mean counts everybody, the number those who lost any; rows without points are left out."""
    results = [_result({"1.1": 3.0}), _result({"1.1": 1.0}), _result(), nothing_graded(DEFAULT, "none")]
    lost = {row.number: (mean, some) for row, mean, some in points_lost([(Graded("a", ("a",), one), one) for one in results])}
    assert lost["1.1"] == (1.75, 3) and lost["4.1"] == (3.75, 1) and "5.1" not in lost


# ---------------------------------------------------------------- in a browser


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Any:
    """A class of 2,000 from disk, with one student's page beside it."""
    (tmp_path / "students" / "s0").mkdir(parents=True)
    (tmp_path / "students" / "s0" / "index.html").write_text("<title>page of s0</title>")
    (tmp_path / "class.html").write_text(class_page(_class(2000)), encoding="utf-8")
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get((tmp_path / "class.html").as_uri())
    return browser


def _shown(browser: Any) -> list[str]:
    """Names in the table, in order, of the rows that are not hidden."""
    script = 'return Array.from(document.querySelectorAll("#students tbody tr")).filter(r => !r.hidden).map(r => r.cells[0].textContent)'
    found: list[str] = browser.execute_script(script)
    return found


def _click_head(browser: Any, name: str) -> None:
    (head,) = [one for one in browser.find_elements("css selector", "#students th button") if one.text == name]
    head.click()


def test_browser_sorts(opened):
    """A click on a heading sorts by it, numbers as numbers, and a second click turns the order round."""
    _click_head(opened, "score")
    assert _shown(opened)[0] == "Lost One"
    _click_head(opened, "score")
    assert _shown(opened)[0].startswith("Student 0000") and _shown(opened)[-1] == "Lost One"
    _click_head(opened, "µs a step")
    _click_head(opened, "µs a step")
    assert "0005" in _shown(opened)[1]
    _click_head(opened, "student")
    names = _shown(opened)
    assert len(names) == 2001 and names.index("Student 0003 Zoë") < names.index("Student 0004 Zoë") < names.index("Student 1999 Zoë")


def test_browser_searches(opened):
    """Typing leaves those rows that hold all the words, accents or not; a click on a slip searches for it."""
    search = opened.find_element("id", "search")
    search.send_keys("zoe 0123")
    assert _shown(opened) == ["Student 0123 Zoë"] and opened.find_element("id", "count").text == "1 of 2001"
    search.clear()
    for button, some in zip(opened.find_elements("css selector", "button.find"), (667, 1)):
        button.click()
        assert len(_shown(opened)) == some and search.get_attribute("value") == button.text


def test_browser_fits_a_narrow_window(opened):
    """On a telephone the page is as wide as the window; wide tables scroll by themselves."""
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": True})
    try:
        opened.refresh()
        assert opened.execute_script("return document.documentElement.scrollWidth") == 390
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_browser_links_and_loads_nothing(opened):
    """Nothing is asked of any network or file, no script but the page's runs, and a name leads to its student's page."""
    events = [json.loads(line["message"])["message"] for line in opened.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
    assert asked[0].startswith("file:") and all(url.startswith("data:") for url in asked[1:])
    assert opened.title == "Backpropagation" and opened.get_log("browser") == []
    widths = opened.execute_script("return Array.from(document.images).map(i => i.naturalWidth)")
    assert len(widths) == 3 and all(width > 100 for width in widths)
    opened.find_element("link text", "Student 0000 Zoë").click()
    assert opened.title == "page of s0"


def test_page_tells_what_stands_in_another_and_what_could_not_be_compared():
    """A copy among other code says which holds which, and a submission that hides its code is among those to look at."""
    submissions = (Graded("a", ("Ann",), _result()), Graded("b", ("Bob",), _result(), compared="too little code to compare"))
    text = re.sub(r"<[^>]+>", "", class_page(ClassSummary("x", submissions, (Alike(("a", "b"), 0.97, True, within=True),))))
    assert "97% of Ann stands in Bob too, among other code, names too" in text
    assert "too little code to compare (1)Bob" in text
