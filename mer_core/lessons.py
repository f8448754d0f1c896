"""The questions of the guided path and their answers, which pages and notebooks share."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from mer_core.errors import SettingsError, UnknownNameError

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six")  # longer ones are figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One step of the path.

    Attributes:
        name: Stable name, as links have it.
        title: Heading.
        minutes: Duration in a class.
        question: Question, put before the answer is shown.
        answer: Markdown; {names} in it stand for what was measured on the clip shown.
        usual: Usual answer of students, and the reply to it; Markdown.
        options: Answers that can be voted for, where that is the same for every clip.
    """

    name: str
    title: str
    minutes: int
    question: str
    answer: str
    usual: str
    options: tuple[str, ...] = ()

    def filled(self, **measured: str) -> str:
        """Return the answer with what was measured.

        Raises:
            SettingsError: The answer needs something that is not given.

        Example:
            >>> lesson("leak").filled(honest="25 %", chance="25 %", leaked="60 %")[:19]
            'They guess: 25 %, a'
        """
        try:
            return self.answer.format(**measured)
        except KeyError as error:
            raise SettingsError(f"the answer needs {error}", where=self.name) from error


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return all lessons in their order."""
    text = files("mer_core").joinpath("lessons.toml").read_text("utf-8")
    return tuple(
        Lesson(
            name=entry["name"],
            title=entry["title"],
            minutes=entry["minutes"],
            question=entry["question"],
            answer=_unwrap(entry["answer"]),
            usual=_unwrap(entry["usual"]),
            options=tuple(entry.get("options", ())),
        )
        for entry in tomllib.loads(text)["lesson"]
    )


def lesson(name: str) -> Lesson:
    """Return the lesson called `name`.

    Args:
        name: Stable name, as links have it.

    Returns:
        Question, answer, and what students usually say.

    Raises:
        UnknownNameError: There is none; the remedy lists what exists.

    Example:
        >>> lesson("attribution").question
        "Which of them is the network's?"
    """
    for one in lessons():
        if one.name == name:
            return one
    listed = ", ".join(one.name for one in lessons())
    raise UnknownNameError(f"there is no lesson {name!r}", remedy=f"choose one of: {listed}")


def agreement(predicted: Sequence[str]) -> str:
    """Return how many of several networks predict the same, in words.

    Example:
        >>> agreement(["positive", "negative", "positive"])
        'Two of three'
    """
    most, asked = max(map(predicted.count, predicted)), len(predicted)
    if most == asked:
        return f"All {_number(asked)}"
    return "No two" if most == 1 else f"{_number(most).capitalize()} of {_number(asked)}"


def _number(count: int) -> str:
    return dict(enumerate(_NUMBERS)).get(count, str(count))


def _unwrap(text: str) -> str:
    """Return paragraphs as one line each."""
    return "\n\n".join(" ".join(part.split()) for part in text.strip().split("\n\n"))
