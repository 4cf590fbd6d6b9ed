"""Names of submissions: of their folders in the output, and as people read them.

What may live here: telling submissions apart, whatever their students are called.
No two have one folder, also where a file system takes A for a, and no two that
differ look the same.
"""
from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count

from grader.report.terminal import clean
from grader.result import well_formed

MAX_SLUG_CHARS = 80
DIGEST_CHARS = 12
_UNSAFE = re.compile(r"[^\w.-]+", re.ASCII)
_DIGEST = re.compile(rf"-[0-9a-f]{{{DIGEST_CHARS}}}", re.IGNORECASE)
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point, and the blank of Braille."""


def slugs(names: Iterable[tuple[str, str]]) -> list[str]:
    """For each submission a name that every file system and link can hold, in the order given.

    names  of each submission its name, and what tells it from others of that name

    A plain name stays. Any other, and one that looks as if it had one already, gets a digest of the name at its end; so does
    a plain name that differs from an earlier one, in the alphabet's order, by case alone. Others' names matter in no other way.
    """
    wanted = list(names)
    taken: set[str] = set()
    found: dict[int, str] = {}
    for place in sorted(range(len(wanted)), key=lambda place: (wanted[place], place)):
        slug = next(slug for slug in _candidates(*wanted[place]) if slug.lower() not in taken)
        taken.add(slug.lower())
        found[place] = slug
    return [found[place] for place in range(len(wanted))]


def _candidates(name: str, detail: str) -> Iterator[str]:
    plain = _UNSAFE.sub("-", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()).strip("-.")
    plain = plain[:MAX_SLUG_CHARS] or "submission"
    if plain == name and not _DIGEST.fullmatch(plain[-DIGEST_CHARS - 1 :]):
        yield plain
    yield f"{plain}-{_digest(name)}"
    for number in count():
        yield f"{plain}-{_digest(name, detail, str(number))}"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_CHARS]


def shown(name: str) -> str:
    """A name as people read it: on one line, without what cannot be seen or moves a cursor."""
    return " ".join(clean(well_formed(unicodedata.normalize("NFC", name))).split())


def told_apart(names: Iterable[tuple[str, str]]) -> list[str]:
    """Names as they are shown, in the order given: one that looks like another's, and would not by its characters, says its slug.

    names  of each person the name and the submission's slug

    Who has a name of visible characters alone keeps it, so that nobody's name can be changed by another's.
    """
    people = [(name, shown(name), slug) for name, slug in names]
    looks = Counter(_look(name) for name in {name for name, _, _ in people})
    return [
        text if name == _look(name) or (text and looks[_look(name)] == 1) else f"{text} ({slug})".strip() for name, text, slug in people
    ]


def _look(name: str) -> str:
    return _UNSEEN.sub("", shown(name)).strip()
