"""Reads the statements that sqlglot has no grammar for, word by word, on sqlglot's tokens."""

from __future__ import annotations

from typing import ClassVar

from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import Token, TokenType

from lakehouse.warehouse.embedded.errors import SYNTAX_ERROR, ProgrammingError

_TEXT = (TokenType.STRING, TokenType.RAW_STRING)


class _Tokenizer(Snowflake.Tokenizer):
    # sqlglot would swallow all that follows EXECUTE or CALL as one text.
    COMMANDS: ClassVar[set[TokenType]] = set()


def _tokenize(text: str) -> list[Token]:
    return _Tokenizer(dialect="snowflake").tokenize(text)


def split(script: str) -> list[str]:
    """The statements of a script, without their semicolons; comments and texts may hold semicolons."""
    statements, start, words = [], 0, 0
    for token in _tokenize(script):
        if token.token_type is not TokenType.SEMICOLON:
            words += 1
            continue
        if words:
            statements.append(script[start : token.start].strip())
        start, words = token.end + 1, 0
    return [*statements, script[start:].strip()] if words else statements


class Reader:
    """One statement and how far it has been read."""

    def __init__(self, statement: str) -> None:
        self._statement = statement
        self._tokens: list[Token] = _tokenize(statement)
        self._at = 0

    def _word(self, offset: int = 0) -> str | None:
        at = self._at + offset
        if at >= len(self._tokens) or self._tokens[at].token_type in (*_TEXT, TokenType.IDENTIFIER):
            return None
        return self._tokens[at].text.upper()

    def accept(self, phrase: str) -> bool:
        """Read the words of a phrase if they come next."""
        length = self._length(phrase)
        self._at += length
        return length > 0

    def _length(self, phrase: str) -> int:
        """How many tokens the phrase takes if it comes next, else 0. Some of sqlglot's tokens hold several words."""
        read: list[str] = []
        for offset in range(len(phrase.split())):
            word = self._word(offset)
            read += word.split() if word else [""]
            if read == phrase.split():
                return offset + 1
        return 0

    def expect(self, phrase: str) -> None:
        """Read the words of a phrase; raises ProgrammingError if others come next."""
        if not self.accept(phrase):
            raise self.wrong(f"expected {phrase}")

    def wrong(self, problem: str) -> ProgrammingError:
        """A syntax error that says where."""
        near = self._statement[self._tokens[self._at].start :][:40] if self._at < len(self._tokens) else "the end"
        return ProgrammingError(f"SQL compilation error: {problem} near '{near}'", errno=SYNTAX_ERROR, sqlstate="42000")

    @property
    def done(self) -> bool:
        """Whether the whole statement has been read."""
        return self._at >= len(self._tokens)

    def end(self) -> None:
        """Make sure that nothing is left, since nothing may be ignored."""
        if not self.done:
            raise self.wrong("unexpected words")

    def _next(self) -> Token:
        if self.done:
            raise self.wrong("more was expected")
        self._at += 1
        return self._tokens[self._at - 1]

    def name(self) -> tuple[str, ...]:
        """Read a name of one or more parts; parts without quotes are upper-cased."""
        parts = [self._part()]
        while self._word() == ".":
            self._at += 1
            parts.append(self._part())
        return tuple(parts)

    def _part(self) -> str:
        token = self._next()
        if token.token_type is TokenType.IDENTIFIER:
            return token.text
        if not token.text.replace("_", "a").replace("$", "a").isalnum():
            raise self.wrong(f"'{token.text}' is no name")
        return token.text.upper()

    def names(self) -> list[tuple[str, ...]]:
        """Read names with commas between them."""
        found = [self.name()]
        while self.accept(","):
            found.append(self.name())
        return found

    def text(self) -> str:
        """Read a text in quotes."""
        token = self._next()
        if token.token_type not in _TEXT:
            raise self.wrong("expected a text in quotes")
        return token.text

    def value(self) -> str:
        """Read one word or text."""
        token = self._next()
        return token.text if token.token_type in _TEXT else token.text.upper()

    def options(self) -> dict[str, str]:
        """Read `(NAME = value ...)`."""
        self.expect("(")
        found = {}
        while not self.accept(")"):
            name = self._part()
            self.expect("=")
            found[name] = self.value()
            self.accept(",")
        return found

    def stage_path(self) -> str:
        """Read `@stage/path`, plain or in quotes, without the @."""
        token = self._next()
        if token.token_type in _TEXT and token.text.startswith("@"):
            return token.text[1:]
        if token.text != "@":
            raise self.wrong("expected @stage/path")
        path = self._statement[token.end + 1 :].split(maxsplit=1)[0]
        while not self.done and self._tokens[self._at].start <= token.end + len(path):
            self._at += 1
        return path

    def until(self, *phrases: str) -> str:
        """The statement's text up to one of the phrases, which is not read, or to the end."""
        start = self._at
        while not self.done and not any(self._length(phrase) for phrase in phrases):
            self._at += 1
        if self._at == start:
            raise self.wrong("more was expected")
        return self._statement[self._tokens[start].start : self._tokens[self._at - 1].end + 1]
