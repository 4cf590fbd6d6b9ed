"""What a submission prints.

What may live here: keeping the first of it, and saying how much more there was.
"""
from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Printed:
    """What the submission printed, bounded: the first `limit_bytes`, and how many bytes came in all.

    folder  where the submission lies; its name, which is another in every grading, is left out of the text
    """

    limit_bytes: int
    folder: str = ""
    kept: bytes = b""
    total_bytes: int = 0

    def add(self, data: bytes) -> None:
        self.total_bytes += len(data)
        if len(self.kept) < self.limit_bytes:
            self.kept += data[: self.limit_bytes - len(self.kept)]

    def text(self) -> str:
        """The text kept, with a note of what was dropped."""
        text = self.kept.decode("utf-8", "replace")
        text = text.replace(f"{self.folder}/", "") if self.folder else text
        dropped = self.total_bytes - len(self.kept)
        return text + (f"\n[... {dropped:,} more bytes printed]" if dropped else "")
