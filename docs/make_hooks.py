# ruff: noqa: INP001 - a folder of documents is no package.
"""Write hooks.md from the hooks themselves: ``python docs/make_hooks.py``.

A hook's docstring has a first sentence, paragraphs, and the sections Args, Returns, Silence and
Example; `read_hook` is also what the tests hold the docstrings with.
"""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from kamsync import hookspecs

PAGE = Path(__file__).with_name("hooks.md")
SECTIONS = ("Args", "Returns", "Silence", "Example")


class Hook(NamedTuple):
    """One hook as its code tells it."""

    name: str
    signature: str
    arguments: tuple[str, ...]
    text: str
    sections: dict[str, str]

    def described(self) -> dict[str, str]:
        """Return what the section Args says of each argument."""
        entries = re.findall(
            r"^(\w+): (.*(?:\n +.*)*)", self.sections.get("Args", ""), re.MULTILINE
        )
        return {name: re.sub(r"\s+", " ", text) for name, text in entries}


def hooks() -> list[Hook]:
    """Return every hook, in the order of the code."""
    tree = ast.parse(inspect.getsource(hookspecs))
    return [
        read_hook(node)
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("kamsync_")
    ]


def read_hook(node: ast.FunctionDef) -> Hook:
    """Return the hook that *node* defines."""
    docstring = ast.get_docstring(node) or ""
    text, *rest = re.split(rf"^({'|'.join(SECTIONS)})::?$", docstring, flags=re.MULTILINE)
    sections = {
        name: dedent(body.strip("\n")) for name, body in zip(rest[::2], rest[1::2], strict=True)
    }
    arguments = tuple(each.arg for each in node.args.args)
    returns = ast.unparse(node.returns) if node.returns else "None"
    signature = f"{node.name}({ast.unparse(node.args)}) -> {returns}"
    return Hook(node.name, signature, arguments, text.strip(), sections)


def page() -> str:
    """Return the whole page."""
    names = "\n".join(f"- [`{hook.name}`](#{hook.name}): {_first(hook.text)}" for hook in hooks())
    intro = inspect.getdoc(hookspecs) or ""
    parts = [
        "# Hooks",
        "<!-- Made from kamsync/hookspecs.py by docs/make_hooks.py; change it there. -->",
        _prose(intro),
        names,
        *(_section(hook) for hook in hooks()),
    ]
    return "\n\n".join(parts) + "\n"


def _section(hook: Hook) -> str:
    """Return the part of the page about one hook."""
    parts = [f"## {hook.name}", f"```python\n{hook.signature}\n```", _prose(hook.text)]
    if hook.arguments:
        parts.append(
            "\n".join(f"- `{name}`: {_prose(text)}" for name, text in hook.described().items())
        )
    parts += [
        f"**Answer.** {_prose(hook.sections['Returns'])}",
        f"**Silence.** {_prose(hook.sections['Silence'])}",
        f"```python\n{hook.sections['Example'].strip()}\n```",
    ]
    return "\n\n".join(parts)


def _first(text: str) -> str:
    """Return the first sentence of *text*."""
    return _prose(text.partition("\n\n")[0])


def _prose(text: str) -> str:
    """Return docstring prose as Markdown."""
    text = re.sub(r"::\n\n((?:    .*\n)+)", _block, text)
    return re.sub(r"``(.+?)``", r"`\1`", text, flags=re.DOTALL)


def _block(found: re.Match[str]) -> str:
    """Return an indented block as a fenced one."""
    return f":\n\n```toml\n{dedent(found[1])}```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
