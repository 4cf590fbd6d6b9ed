"""From failed checks to a diagnosis, and from the diagnosis back to points and words.

What may live here: the student's functions as the diagnosis wants to ask them,
and what becomes of a row once the cause is known. The words themselves are the
diagnosis's, the shares the rubric's.
"""
from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from grader.checks.compare import Fitted
from grader.checks.subject import PARAMETERS, NoAnswer, Point, Subject, read_backprop
from grader.checks.training import tutorial_point
from grader.diagnosis import ARGUMENTS, GRADIENTS, Answer, Array, Diagnosis, Finding, Params, Slip, diagnose, has_a_line, words
from grader.result import CheckResult, Message
from grader.rubric import Rubric, Size
from grader.sandbox.messages import Call, Raised, Returned, number
from grader.sandbox.wire import Tensor, Value

ROW_OF = {"data": ("1.2", "1.3"), "labels": ("1.1",), "y": ("2.2", "2.3"), "loss": ("3.1",)} | {
    "dc": ("3.2",), "dW": ("3.3",), "db": ("3.4",), "dU": ("3.5",), ARGUMENTS: ("3.7",),
}
"""The rows at which a quantity is compared, or the use of the arguments; 2.1 and 3.6 have words of their own."""
CONFIRMATIONS = 3
"""Honest code is carried at whatever networks; one unlucky draw of three changes no mark."""
QUERY_S = 3.0
"""Deadline of one batch of questions: some 60 calls at a few examples each."""


class Respondent:
    """A loaded submission as diagnosis.Student: what cannot be used becomes None."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def backprop(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[Answer | None]:
        points = [_point(X, t, params) for X, t, params in queries]
        outcomes = self.subject.ask("backprop", [point.backprop_call() for point in points], QUERY_S)
        return [_answer(outcome.value) if isinstance(outcome, Returned) else None for outcome in outcomes]

    def errors(self, queries: Sequence[tuple[Array, Array, Params]]) -> list[str]:
        calls = [_point(X, t, params).backprop_call() for X, t, params in queries]
        outcomes = self.subject.ask("backprop", calls, QUERY_S)
        return [outcome.problem.message or outcome.problem.type if isinstance(outcome, Raised) else "" for outcome in outcomes]

    def forward(self, queries: Sequence[tuple[Array, Params]]) -> list[Array | None]:
        points = [_point(X, np.zeros(len(X)), params) for X, params in queries]
        outcomes = self.subject.ask("forward", [point.forward_call() for point in points], QUERY_S)
        return [_array(outcome.value) if isinstance(outcome, Returned) else None for outcome in outcomes]

    def dataset(self, queries: Sequence[tuple[int, int]]) -> list[tuple[Array, Array] | None]:
        calls = [Call((number(num_points),), seed) for num_points, seed in queries]
        outcomes = self.subject.ask("make_dataset", calls, QUERY_S)
        return [_pair(outcome.value) if isinstance(outcome, Returned) else None for outcome in outcomes]


def _point(X: Array, t: Array, params: Params) -> Point:
    return Point(Size(len(X), X.shape[1] if X.ndim > 1 else 1, len(params["b"])), X, t, params)


def _array(value: Value) -> Array | None:
    return value.values if isinstance(value, Tensor) else None


def _pair(value: Value) -> tuple[Array, Array] | None:
    if not (isinstance(value, tuple) and len(value) == 2):
        return None
    data, labels = _array(value[0]), _array(value[1])
    return None if data is None or labels is None else (data, labels)


def _answer(value: Value) -> Answer | None:
    """Whatever arrays backprop gave, in the shapes it gave them; the order and the keys are forgiven as the checks do."""
    read = read_backprop(Returned(value), {name: np.zeros(()) for name in PARAMETERS})
    if isinstance(read, NoAnswer) or not isinstance(value, tuple):
        return None
    grads, loss = value if isinstance(value[0], dict) else value[::-1]
    found = {name: _array(grads[name]) for name in PARAMETERS if isinstance(grads, dict) and name in grads}
    return Answer({name: grad for name, grad in found.items() if grad is not None}, _scalar(loss))


def _scalar(value: Value) -> float:
    array = _array(value)
    return float(array.reshape(-1)[0]) if array is not None and array.size == 1 else float("nan")


def explain(subject: Subject, wrong: Collection[str]) -> Diagnosis:
    """What was coded in place of the wrong quantities; nothing is asked if nothing is wrong."""
    raising = subject.raising
    asked = [quantity for quantity in dict.fromkeys([*wrong, *raising]) if subject.has(_function(quantity))]
    if not asked or subject.is_late:
        return Diagnosis()
    found = diagnose(Respondent(subject), asked, seed=subject.rubric.seed("diagnosis"))
    found = replace(found, carried=_confirmed(found.carried, asked, subject))
    # Where code raises, the error is told already: only a cause, or something certain, adds to it.
    told = (finding for finding in found.findings if finding.quantity not in raising or finding.verdict == "explained" or finding.certain)
    return replace(found, findings=tuple(told))


def _confirmed(carried: frozenset[str], asked: Sequence[str], subject: Subject) -> frozenset[str]:
    """What is carried at networks drawn in secret too: the words' seed is public, and a table of answers could be made for it."""
    confirmed: frozenset[str] = frozenset()
    with subject.client.unheard():
        for _ in range(CONFIRMATIONS):
            if confirmed == carried or subject.is_late:
                break
            confirmed |= carried & diagnose(Respondent(subject), asked, seed=secrets.randbits(31)).carried
    return confirmed


def _function(quantity: str) -> str:
    return {"data": "make_dataset", "labels": "make_dataset", "y": "forward"}.get(quantity, "backprop")


def with_causes(checks: Sequence[CheckResult], diagnosis: Diagnosis, wrong: Collection[str], subject: Subject) -> tuple[CheckResult, ...]:
    """The rows with the diagnosis's words under them, and with follow-through credit where a slip is charged elsewhere."""
    rows = {check.number: check for check in checks}
    wrong = {*wrong, *subject.raising}
    told = replace(diagnosis, findings=tuple(finding for finding in diagnosis.findings if finding.quantity in wrong))
    creditable = _creditable(diagnosis, rows)
    for finding in told.findings:
        rows_of = ("2.1",) if finding.quantity == "y" and "y" in subject.raising else ROW_OF[finding.quantity]
        is_carried = finding.verdict == "explained" and finding.quantity in creditable
        for place, row_number in enumerate(rows_of):
            check = _reopened(rows[row_number]) if is_carried else rows[row_number]
            if check.state != "failed":
                continue
            if finding.quantity == "y" and place > 0 and rows["2.2"].state == "failed":
                rows[row_number] = _carried(check, "2.2", subject.rubric) if finding.verdict == "explained" else _with_look(check, "")
            elif finding.quantity == "data" and place > 0 and rows["1.2"].state == "failed" and finding.verdict == "explained":
                rows[row_number] = _with_look(check, "" if subject.rubric.feedback == "score" else "The slip told at 1.2 spoils this too.")
            else:
                rows[row_number] = _told(check, finding, diagnosis, subject, is_carried)
    rows |= _at_arguments(rows, told, subject)
    if "data" in wrong and rows["1.3"].state == "passed" and _explains(told, "labels") and rows["1.2"].state == "failed":
        rows["1.2"] = _carried(rows["1.2"], "1.1", subject.rubric)
    if wrong and rows["4.1"].state == "failed":
        rows["4.1"] = _trained(rows["4.1"], rows["3.6"], told, subject)
    return tuple(rows.values())


def _trained(check: CheckResult, slopes: CheckResult, told: Diagnosis, subject: Subject) -> CheckResult:
    """The row of the training beside slips above it.

    A network that is another only by a slip told at forward, with a loss and gradients that are right for it, has trained if
    its own loss has fallen.
    """
    check = _with_look(check, "Mend the rows above first: training follows them.")
    wrong, run = {finding.quantity for finding in told.findings}, subject.run_of_training
    is_own_network = slopes.state == "passed" and _explains(told, "y") and wrong - {"y", "data", "labels"} <= told.carried
    if run is None or run.why or not is_own_network:
        return check
    (answer,) = subject.backprop([tutorial_point(subject.rubric).with_params(run.params)])
    if isinstance(answer, NoAnswer) or not isinstance(answer.loss, Fitted):
        return check
    own_loss = float(answer.loss.values)
    came = (
        f"With your gradients, the loss of the network that is asked is {run.final_loss:.4g} after {run.step} steps, "
        f"and that of the network that you wrote {own_loss:.4g}."
    )
    if not own_loss < subject.rubric.training_loss:
        return check if subject.rubric.feedback == "score" else replace(check, message=replace(check.message, came=came))
    carried = _carried(check, "2.2", subject.rubric)
    return carried if subject.rubric.feedback == "score" else replace(carried, message=replace(carried.message, came=came))


def _explains(diagnosis: Diagnosis, quantity: str) -> bool:
    return any(finding.quantity == quantity and finding.verdict == "explained" for finding in diagnosis.findings)


def _creditable(diagnosis: Diagnosis, rows: Mapping[str, CheckResult]) -> set[str]:
    """What is carried by slips that were charged: a slip whose rows all passed has cost nothing, and so excuses nothing."""
    unpaid = [slip for slip in diagnosis.slips if all(rows[row].state == "passed" for row in ROW_OF[slip.charged_at or slip.spoils[0]])]
    return {quantity for quantity in diagnosis.carried if not any(quantity in slip.spoils for slip in unpaid)}


def _reopened(check: CheckResult) -> CheckResult:
    """A row that was not run as one that failed: what it asks for was tried where the code does answer."""
    return replace(check, state="failed", message=Message()) if check.state == "not run" else check


def _at_arguments(rows: Mapping[str, CheckResult], diagnosis: Diagnosis, subject: Subject) -> dict[str, CheckResult]:
    """The row of the arguments where a slip is charged at it, and that of the slopes where only such a slip kept it from being run."""
    slips = [slip for slip in diagnosis.slips if slip.charged_at == ARGUMENTS]
    if not slips or rows["3.7"].state == "passed":
        return {}
    feedback = subject.rubric.feedback
    told = " ".join(words(slip, feedback) for slip in slips)
    changed = {} if feedback == "score" else {"3.7": _with_look(_reopened(rows["3.7"]), told)}
    if rows["3.6"].state == "not run" and {"loss", *GRADIENTS} <= diagnosis.carried:
        changed["3.6"] = _carried(_reopened(rows["3.6"]), "3.7", subject.rubric)
    return changed


def _carried(check: CheckResult, told_at: str, rubric: Rubric) -> CheckResult:
    """The row with follow-through credit and the place of the slip that spoils it, in place of numbers that help nobody."""
    check = replace(check, score=max(check.score, round(rubric.follow_through * check.max_score, 2)))
    if rubric.feedback == "score":
        return check
    earns = f"{check.score:g} of {check.max_score:g} points"
    return replace(check, message=Message(look=f"It is right but for the slip told at {told_at}, which earns {earns}."))


def _told(check: CheckResult, finding: Finding, diagnosis: Diagnosis, subject: Subject, is_carried: bool) -> CheckResult:
    feedback = subject.rubric.feedback
    slips = [slip for slip in diagnosis.slips if finding.quantity in slip.spoils]
    own = [slip for slip in slips if finding.quantity == slip.charged_at]
    places = sorted(ROW_OF[slip.charged_at][0] for slip in slips if slip.charged_at in ROW_OF and slip not in own)
    elsewhere = " and ".join(dict.fromkeys(places))
    raised = check.message.came if finding.quantity in subject.raising else ""
    if is_carried:
        carried = _carried(check, elsewhere, subject.rubric)
        if feedback == "score" or not raised:
            return carried
        look = f"A global stands in the place of an argument and fits its own number of examples only.\n{carried.message.look}"
        return replace(carried, message=Message(came=raised, look=look))
    if feedback == "score":
        return check
    if finding.verdict == "unexplained" and check.message.difference is None and not finding.certain:
        return check  # what came has another form than asked, and that is told
    if finding.verdict == "unexplained":
        return _with_look(check, f"{check.message.look} {finding.hint}" if feedback == "full" else check.message.look)
    told = [
        _slip_words(slip, finding, diagnosis, subject, with_formula=slip is own[-1], is_next=place > 0 and own[place - 1].step == slip.step)
        for place, slip in enumerate(own)
    ]
    if elsewhere:
        told.append(f"The slip told at {elsewhere} spoils this too.")
    look = _each_line_once("\n".join(text for text in told if text))
    return _with_look(check, look) if own else replace(check, message=Message(came=raised, look=look))


def _each_line_once(text: str) -> str:
    """The text with a line that comes again kept only where it comes last: two slips may point at one line of the file."""
    lines = text.split("\n")
    return "\n".join(line for place, line in enumerate(lines) if line not in lines[place + 1 :])


def _slip_words(slip: Slip, finding: Finding, diagnosis: Diagnosis, subject: Subject, with_formula: bool, is_next: bool) -> str:
    feedback = subject.rubric.feedback
    text = words(slip, feedback, is_next)
    if feedback == "full" and with_formula and finding.coded and finding.coded != finding.asked:
        text += f"\nYour {finding.quantity}: {finding.coded}.\nAsked:{' ' * (len(finding.quantity))} {finding.asked}."
    function = "forward" if finding.quantity == "y" else _function(finding.quantity)
    place = subject.client.locate(function, slip.step) if feedback == "full" and has_a_line(slip, diagnosis.slips) else None
    if place is None:
        return text
    where = f"line {place.line} of your file" if place.cell is None else f"code cell {place.cell}, line {place.line}"
    return f"{text}\nSee {where}."


def _with_look(check: CheckResult, look: str) -> CheckResult:
    return replace(check, message=replace(check.message, look=look.strip()))

