import re

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "config",
    "connectors",
    "docs",
    "kamsync",
    "news",
    "plugins",
    "pyproject.toml",
    "requirements-dev.txt",
    "tests",
}


def test_the_top_level_is_a_map(tracked):
    """Whoever opens the repository sees what there is, and no stray file."""
    assert set() == {path.parts[0] for path in tracked} - TOP_LEVEL


def test_only_distributions_are_packages(tracked):
    """Folders of members and of tests must not become importable names."""
    packages = {
        path.as_posix()
        for path in tracked
        if path.name == "__init__.py"
        and not any(part.startswith("kamsync") for part in path.parts[:-1])
    }

    assert set() == packages


def test_news_can_be_told(root, core):
    """A release finds every file in news/ under a kind that it knows."""
    kinds = "|".join(each["directory"] for each in core["tool"]["towncrier"]["type"])
    form = re.compile(rf"\+[a-z0-9-]+\.({kinds})\.md")
    files = [path for path in (root / "news").iterdir() if path.name != "README.md"]

    assert [] == [path.name for path in files if not form.fullmatch(path.name)]
    assert [] == [path.name for path in files if not path.read_text().strip()]
