"""Pages as tests: their files are written, their commands run, and their output is compared."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {path.name: path for path in (ROOT / "README.md", *sorted(DOCS.glob("*.md")))}

CONSOLE = "console"

INSTEAD = {
    "make demo": "kamsync demo",
    "kamsync connect sales": 'PATH="$PWD/../person:$PATH" kamsync connect sales',
    "pip install .": "python -m pip install -qq --no-deps --no-build-isolation"
    " --disable-pip-version-check --root-user-action=ignore --target ~/installed .",
}
"""What is run in place of a command that changes an environment, or needs a person: the same, in the page's
folder, where somebody stands in for a browser."""

NOT_RUN = {
    "make test": "it would run these tests",
    "pip install . ./plugins/company_ids": "it asks an index for libraries; the layout's tests build wheels",
}
"""What is shown and not run here, with the reason."""

FENCE = re.compile(
    r"^```(?P<language>\w+)(?: (?P<name>\S+))?\n(?P<text>.*?)^```$"
    r"|^<!-- from (?P<page>\S+): (?P<files>.+?) -->$"
    r"|^<!-- run: (?P<hidden>.+?) -->$",
    re.MULTILINE | re.DOTALL,
)
STATUS = re.compile(r"\s+# exit status (\d+)\b.*$")
PLAN = re.compile(r"(?:Plan |--approve )([0-9a-f]{8})\b")

MASKS = {
    "left_out": ("…", ".*"),
    "moment": (r"\d{4}-\d\d-\d\d \d\d:\d\d", r"\d{4}-\d\d-\d\d \d\d:\d\d"),
    "time": (r"\d\d:\d\d:\d\d", r"\d\d:\d\d:\d\d"),
    "took": (r"\d+\.\d s\b", r"\d+\.\d s"),
    "head": (r"\b[0-9a-f]{64}\b", "[0-9a-f]{64}"),
    "plan": (r"\b[0-9a-f]{8}\b", "[0-9a-f]{8}"),
    "record": (r"\b[a-z_]+-[a-z2-7]{12}\b", "[a-z_]+-[a-z2-7]{12}"),
    "gap": (r"\s+", r"\s+"),
}
MASKED = re.compile("|".join(f"(?P<{name}>{shape})" for name, (shape, _) in MASKS.items()))
"""What differs from one run to the next: times, ids, the width of columns, and what was left out."""


class Block(NamedTuple):
    """One fenced block of a page: its language, the file that it is, and what it holds."""

    language: str
    name: str
    text: str


class Step(NamedTuple):
    """One command of a page, the exit status that it says, and the lines that it shows."""

    command: str
    status: int
    shown: list[str]


def blocks(page: Path) -> list[Block]:
    """Return the blocks of a page, those of other pages that it names in their place."""
    found: list[Block] = []
    for each in FENCE.finditer(page.read_text(encoding="utf-8")):
        if each["hidden"]:
            found.append(Block(CONSOLE, "", f"$ {each['hidden']}\n"))
        elif each["page"]:
            wanted = each["files"].split()
            found += [block for block in blocks(ROOT / each["page"]) if block.name in wanted]
        else:
            found.append(Block(each["language"], each["name"] or "", each["text"]))
    return found


def steps(block: Block) -> list[Step]:
    """Return the commands of a ``console`` block with what they print."""
    found: list[Step] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            status = STATUS.search(line)
            command = STATUS.sub("", line[2:]).strip()
            found.append(Step(command, int(status[1]) if status else 0, []))
        elif line.strip() not in {"", "…"}:
            assert found, f"output before any command: {line}"
            found[-1].shown.append(line)
    return found


def commands(page: Path) -> list[Step]:
    """Return every command that a page shows."""
    return [step for block in blocks(page) if block.language == CONSOLE for step in steps(block)]


class Shell:
    """A shell in a folder of its own, with the `kamsync` of these tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cwd = folder
        self.plan = ""

    def write(self, block: Block) -> None:
        """Write a block that is a file."""
        path = self.cwd / block.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")

    def run(self, step: Step, *, instead: str = "") -> str:
        """Run one step, hold its exit status to what the page says, and return what it printed."""
        command = instead or step.command
        if self.plan:
            command = re.sub(r"(--approve )[0-9a-f]{8}\b", rf"\g<1>{self.plan}", command)
        script = (
            f"cd {self.cwd} && {{ {command}\n}}; status=$?; pwd >{self.folder}/.cwd; exit $status"
        )
        done = subprocess.run(
            ["bash", "-c", script],
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
            env=self._environment(),
        )
        self.cwd = Path((self.folder / ".cwd").read_text().strip())
        assert step.status == done.returncode, f"{step.command}\n{done.stdout}"
        for plan in PLAN.findall(done.stdout):
            self.plan = plan
        return done.stdout

    def close(self) -> None:
        """End what the page left running, which it has noted in files for that: it may have failed."""
        for path in self.folder.rglob("*.pid"):
            with suppress(ProcessLookupError):
                os.kill(int(path.read_text()), signal.SIGTERM)

    def _environment(self) -> dict[str, str]:
        """Return an environment that knows this kamsync and nothing of the machine."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KAMSYNC")}
        programs = Path(sys.executable).parent
        return (
            kept
            | {"PATH": f"{programs}:{kept['PATH']}", "HOME": str(self.folder), "TZ": "UTC"}
            | {"PYTHONPATH": f"{self.folder}/installed"}
        )


def unmatched(shown: list[str], printed: str) -> str:
    """Return the first line of a page that was not printed, in the order of the page; else nothing."""
    lines = iter(printed.splitlines())
    for line in (each for each in shown if each.strip() != "…"):
        shape = _shape(line.strip())
        if not any(shape.fullmatch(each.strip()) for each in lines):
            return line
    return ""


def _shape(line: str) -> re.Pattern[str]:
    """Return what a printed line must look like to be *line*."""
    parts = []
    place = 0
    for found in MASKED.finditer(line):
        parts += [re.escape(line[place : found.start()]), MASKS[found.lastgroup or ""][1]]
        place = found.end()
    return re.compile("".join([*parts, re.escape(line[place:])]))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if commands(page)])
def test_what_a_page_shows_is_what_happens(name: str, tmp_path: Path) -> None:
    """From top to bottom: its files are written, its commands run, its output is what is printed."""
    with closing(Shell(tmp_path)) as shell:
        for block in blocks(PAGES[name]):
            if block.name:
                shell.write(block)
            for step in steps(block) if block.language == CONSOLE else ():
                if step.command not in NOT_RUN:
                    printed = shell.run(step, instead=INSTEAD.get(step.command, ""))
                    shown = unmatched(step.shown, printed)
                    assert "" == shown, f"{step.command} printed\n{printed}"


def test_no_command_hides_from_being_run() -> None:
    """A command stands in a console block, not in one that nobody runs."""
    for name, page in PAGES.items():
        text = re.sub(
            r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
        )
        assert [] == re.findall(r"^ {4,}\$? ?(?:kamsync|make|pip) .*$", text, re.MULTILINE), name


def test_what_is_not_run_is_shown_somewhere() -> None:
    """An exemption goes when what it is for goes."""
    shown = {step.command for page in PAGES.values() for step in commands(page)}

    assert set() == {*NOT_RUN, *INSTEAD} - shown


def test_a_line_that_is_not_printed_is_noticed() -> None:
    """Lines are looked for in their order; times, ids and widths may differ, words may not."""
    printed = "Plan 63cf4fa4: 1 to create\n  a   2026-01-01 10:00\nthe end\n"

    assert "" == unmatched(["Plan 00000000: 1 to create", " a 2030-12-31 23:59"], printed)
    assert "" == unmatched(["Plan … create"], printed)
    assert "Plan 63cf4fa4: 2 to create" == unmatched(["Plan 63cf4fa4: 2 to create"], printed)
    assert "a 2026-01-01 10:00" == unmatched(["the end", "a 2026-01-01 10:00"], printed)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    """A link within the repository names a file that is there, and a heading that it has."""
    page = PAGES[name]
    prose = re.sub(
        r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        path, _, heading = target.partition("#")
        if path.startswith("http"):
            continue
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), f"{name} links to {target}"
        assert not heading or heading in headings(linked), f"{name} links to {target}"


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as Git hosts make them."""
    text = page.read_text(encoding="utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", PAGES)
def test_every_test_that_is_named_exists(name: str) -> None:
    """A promise that names the test which holds it names one that is there."""
    named = set(re.findall(r"`(test_\w+)`", PAGES[name].read_text(encoding="utf-8")))

    assert set() == named - known_tests()


def known_tests() -> set[str]:
    """Return the name of every test of the repository and of the conformance suite."""
    folders = [ROOT / "tests", ROOT / "kamsync" / "testing", ROOT / "plugins", ROOT / "connectors"]
    files = [path for folder in folders for path in folder.rglob("*.py")]
    return {
        found
        for path in files
        for found in re.findall(
            r"^ *def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
