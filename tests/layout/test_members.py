import ast
import re
import sys
import tomllib
from importlib import metadata
from itertools import chain


def names_of(requirements):
    """Return the distributions that *requirements* name, in their normal spelling."""
    return {re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", each)[0]).lower() for each in requirements}


def imports_of(path):
    """Yield the top-level names that the code under *path* imports, wherever it does."""
    for file in [path] if path.suffix == ".py" else sorted(path.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module.partition(".")[0]


def undeclared(code, own, declared):
    """Return the names that *code* imports and that no *declared* distribution brings."""
    foreign = set(imports_of(code)) - set(sys.stdlib_module_names) - {own}
    # A checkout is installed by reference, so its own modules are not listed with their files.
    homes = {name: [name] for name in foreign if name.startswith("kamsync")}
    homes |= metadata.packages_distributions()
    return sorted(name for name in foreign if not names_of(homes.get(name, [])) & declared)


def test_the_list_for_pip_is_the_folders(root):
    """`make dev` installs the core with its tools and every member, and nothing that is gone."""
    folders = sorted(
        path.parent.relative_to(root).as_posix()
        for group in ("connectors", "plugins")
        for path in root.glob(f"{group}/*/pyproject.toml")
    )
    lines = (root / "requirements-dev.txt").read_text().splitlines()
    listed = [line.removeprefix("-e ") for line in lines if line and not line.startswith("#")]
    # A member is installed with what it offers on top, such as its sandbox.
    core, *members = listed

    assert (".[dev]", folders) == (core, [each.partition("[")[0] for each in members])


def test_a_member_is_a_plugin_by_the_name_of_its_folder(root, member):
    """Folder, distribution, module and plugin go by one name, and each says what it is and proves it."""
    project = tomllib.loads((root / member / "pyproject.toml").read_text())["project"]
    name = member.name

    assert f"kamsync-{name.replace('_', '-')}" == project["name"]
    assert {name: f"kamsync_{name}"} == project["entry-points"]["kamsync"]
    assert "kamsync" in names_of(project["dependencies"])
    assert (root / member / "README.md").exists()
    assert list((root / member / "tests").glob("test_*.py"))


def test_a_member_declares_what_it_imports(root, member):
    """It can be installed alone beside the core, and knows no other member but through that."""
    [code] = (root / member).glob("kamsync_*")
    project = tomllib.loads((root / member / "pyproject.toml").read_text())["project"]

    offered = chain.from_iterable(project.get("optional-dependencies", {}).values())

    assert [] == undeclared(code, code.stem, names_of([*project["dependencies"], *offered]))


def test_the_core_declares_what_it_imports(root, core):
    """Nothing works only because a library happens to bring another one along."""
    declared = names_of(core["project"]["dependencies"])
    extras = core["project"]["optional-dependencies"]
    offered = names_of([*extras["sandbox"], *extras["testing"]])

    assert [] == undeclared(root / "kamsync", "kamsync", declared | offered)


def test_the_core_names_no_member(core):
    """An index does not have the members, and a name that nobody holds there could be anybody's."""
    extras = core["project"]["optional-dependencies"].values()
    named = names_of([*core["project"]["dependencies"], *chain.from_iterable(extras)])

    assert {"kamsync"} >= {name for name in named if name.startswith("kamsync")}
