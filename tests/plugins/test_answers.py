"""What plugins answer: asked one by one, checked, joined in the order of the configuration."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import click
import pytest

from kamsync import hookimpl
from kamsync.connector import Can, Connector
from kamsync.entities import core_schema
from kamsync.errors import SystemDown, UnknownName
from kamsync.extensions import Column, Notice, Report, Sandbox
from kamsync.lenses import identity_map
from kamsync.plugins import Installed, Plugins
from kamsync.schema import Entity, Field, Type


class Nothing(Connector):
    """A system that holds nothing."""

    kind = "nothing"
    can = Can.NOTHING

    def __init__(self, token: str = ""):
        self.token = token

    def describe(self):
        return {}

    def read(self, *_):
        return iter(())

    def fetch(self, *_):
        return {}

    def write(self, *_):
        return ()


class Unfinished(Connector):
    """A connector whose author stopped half way."""

    kind = "unfinished"


def loaded(answer_limit_s=30.0, **answers):
    """Load one plugin for each keyword: its name, and ``(hook, answer or function)``."""
    plugins = Plugins(answer_limit_s=answer_limit_s)
    for name, (hook, answer) in answers.items():
        plugins.register(Installed(name, f"kamsync-{name}", "1.0", name), joining(hook, answer))
    return plugins


def joining(hook, answer):
    """Return an object that joins *hook* with *answer*."""
    function = answer if callable(answer) and not isinstance(answer, type) else lambda: answer
    return SimpleNamespace(**{hook: hookimpl(function, specname=hook)})


def failing(*_):
    """Fail the way that code fails."""
    raise ZeroDivisionError("division by zero")


def reasons(plugins):
    """What was left out, as ``plugin: reason``."""
    return [f"{each.plugin.name}: {each.reason}" for each in plugins.broken]


RULES = "kamsync_policy_rules"


def rule(*_):
    """Stand for a maker of rules."""


def test_answers_come_in_the_order_of_loading():
    """The order of the configuration is the order of rules; pluggy would turn it round."""
    plugins = loaded(b=(RULES, {"b": rule}), a=(RULES, {"a": rule}), c=(RULES, {"c": rule}))

    assert ["b", "a", "c"] == list(plugins.rules())


def test_one_failing_answer_is_one_report():
    """The plugins before and after it are heard; it is told once, however often it is asked."""
    plugins = loaded(a=(RULES, {"a": rule}), b=(RULES, failing), c=(RULES, {"c": rule}))

    assert ["a", "c"] == list(plugins.rules())
    assert ["a", "c"] == list(plugins.rules())
    (broken,) = plugins.broken
    assert (
        "The plugin b (kamsync-b 1.0) is broken, its answer to kamsync_policy_rules is left out: "
        "ZeroDivisionError: division by zero."
    ) == str(broken)


def test_an_answer_that_never_comes_is_left_out():
    """The others do not wait for it longer than the limit."""
    gate = threading.Event()

    def endless():
        gate.wait()

    plugins = loaded(0.2, slow=(RULES, endless), good=(RULES, {"good": rule}))
    try:
        assert ["good"] == list(plugins.rules())
    finally:
        gate.set()
    assert ["slow: it took longer than 0.2 s"] == reasons(plugins)


@pytest.mark.parametrize("silence", [None, {}])
def test_silence_is_no_answer_and_no_fault(silence):
    """None and an empty answer mean the same."""
    plugins = loaded(quiet=(RULES, silence), good=(RULES, {"good": rule}))

    assert ["good"] == list(plugins.rules())
    assert [] == plugins.broken


def test_a_name_that_is_taken_stays_with_the_first():
    """The second plugin is told which one was first; its other answers count."""
    plugins = loaded(a=(RULES, {"coin": rule}), b=(RULES, {"coin": failing, "die": rule}))

    assert {"coin": rule, "die": rule} == plugins.rules()
    assert ["b: 'coin' is taken by the plugin a"] == reasons(plugins)


@pytest.mark.parametrize(
    ("hook", "collect", "answer", "reason"),
    [
        (RULES, Plugins.rules, [rule], "expected a mapping by name, got list"),
        (RULES, Plugins.rules, {3: rule}, "expected a name, got 3"),
        (RULES, Plugins.rules, {"coin": 3}, "expected something to call as 'coin', got int"),
        (
            "kamsync_reports",
            Plugins.reports,
            {"x": "y"},
            "expected something to call as 'x', got str",
        ),
        ("kamsync_match_keys", Plugins.key_makers, {"a": rule}, "expected a list, got dict"),
        ("kamsync_match_keys", Plugins.key_makers, "abc", "expected a list, got str"),
        (
            "kamsync_connectors",
            Plugins.connectors,
            {"x": Plugins},
            "expected a Connector class for 'x'",
        ),
        ("kamsync_connectors", Plugins.connectors, {"x": Nothing()}, "got Nothing"),
        ("kamsync_connectors", Plugins.connectors, {"x": Nothing}, "its kind says otherwise"),
        (
            "kamsync_connectors",
            Plugins.connectors,
            {"unfinished": Unfinished},
            "Unfinished does not define can, describe, fetch, read, write",
        ),
        ("kamsync_commands", Plugins.commands, [rule], "expected click commands with names"),
        ("kamsync_commands", Plugins.commands, [click.Command(None)], "expected click commands"),
        ("kamsync_sandboxes", Plugins.sandboxes, ["acme"], "expected Sandbox values, got str"),
    ],
)
def test_an_answer_of_the_wrong_kind_is_left_out(hook, collect, answer, reason):
    """What was expected and what came is told, and nothing of the answer is used."""
    plugins = loaded(wrong=(hook, answer))

    assert not collect(plugins)
    (told,) = reasons(plugins)
    assert reason in told


def test_an_answer_that_fails_while_it_is_read_is_left_out():
    """A generator runs plugin code late; that is caught as well."""

    def lazily():
        yield rule
        failing()

    plugins = loaded(lazy=("kamsync_match_keys", lazily), good=("kamsync_match_keys", [rule]))

    assert (rule,) == plugins.key_makers()
    assert ["lazy: ZeroDivisionError: division by zero"] == reasons(plugins)


def test_connectors_are_found_by_kind():
    """A kind that nobody offers is refused with what there is."""
    plugins = loaded(good=("kamsync_connectors", {"nothing": Nothing}))

    assert plugins.connector("nothing") is Nothing
    with pytest.raises(
        UnknownName, match=r"connector 'noting'; there is nothing. Did you mean 'nothing'\?"
    ):
        plugins.connector("noting")


def test_a_missing_connector_names_the_plugin_that_is_broken():
    """The reason stands where it is looked for."""
    plugins = loaded(
        good=("kamsync_connectors", {"nothing": Nothing}), acme=("kamsync_connectors", failing)
    )

    with pytest.raises(UnknownName, match=r"The plugin acme .* ZeroDivisionError"):
        plugins.connector("acme")


def loyalty(entity="account", name="loyalty"):
    """A field that a plugin adds."""
    return Entity(entity, "", {name: Field(name, Type.INTEGER, "Points")})


def test_plugins_extend_the_schema_one_after_the_other():
    """Fields of several plugins come together."""
    plugins = loaded(
        a=("kamsync_schema", [loyalty()]), b=("kamsync_schema", [loyalty(name="rank")])
    )

    fields = plugins.schema(core_schema()).entity("account").fields

    assert {"name", "loyalty", "rank"} <= set(fields)


def test_an_extension_that_changes_the_schema_is_left_out_whole():
    """A field that is there is not redefined; what comes after it still counts."""
    plugins = loaded(
        bad=("kamsync_schema", [loyalty(name="extra"), loyalty(name="name")]),
        good=("kamsync_schema", [loyalty()]),
    )

    fields = plugins.schema(core_schema()).entity("account").fields

    assert "loyalty" in fields
    assert "extra" not in fields
    assert "Two definitions of account.name" in reasons(plugins)[0]


def mapping(*names, object_="Company", stamp=""):
    """Answer with a map of some of an account's fields."""

    def answer(kind, schema):
        map_ = identity_map(schema.entity("account"), object_, stamp)
        fields = {name: map_.fields[name] for name in names}
        return [type(map_)(map_.entity, map_.object, fields, stamp)] if kind == "acme" else None

    return answer


def test_maps_are_asked_for_by_kind_and_joined():
    """One plugin maps the standard fields, another one adds its own."""
    hook = "kamsync_mappings"
    plugins = loaded(a=(hook, mapping("name", stamp="Id__c")), b=(hook, mapping("website")))

    maps = plugins.mappings("acme", core_schema())

    assert {"name", "website"} == set(maps["account"].fields)
    assert "Id__c" == maps["account"].stamp
    assert {} == plugins.mappings("other", core_schema())


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (mapping("website", object_="Firm"), "account is mapped to Company and to Firm"),
        (mapping("name", "website"), "account.name is mapped already"),
        (mapping("website", stamp="b"), "account is stamped in a and in b"),
    ],
)
def test_a_map_that_contradicts_an_earlier_one_is_left_out(second, reason):
    """Whoever came first is not overruled by who is installed later."""
    hook = "kamsync_mappings"
    plugins = loaded(a=(hook, mapping("name", stamp="a")), b=(hook, second))

    assert {"name"} == set(plugins.mappings("acme", core_schema())["account"].fields)
    assert [f"b: {reason}"] == reasons(plugins)


def down(notices):  # noqa: ARG001
    """Be a chat that cannot be reached."""
    raise SystemDown("The chat does not answer.")


def test_everybody_who_tells_people_is_told():
    """A chat that is down keeps nobody else from hearing."""
    heard = []

    def chat(notices):
        heard.extend(notices)

    plugins = loaded(
        down=("kamsync_notify", down),
        good=("kamsync_notify", chat),
    )
    notice = Notice("conflict", "Acme: the owner is in dispute.", "2026-01-01T00:00:00Z")

    plugins.notify([notice])

    assert [notice] == heard
    assert ["down: The chat does not answer"] == reasons(plugins)


def test_nobody_is_told_of_nothing():
    """The hook promises that there is something to tell."""
    plugins = loaded(bad=("kamsync_notify", down))

    plugins.notify([])

    assert [] == plugins.broken


def test_a_command_cannot_take_the_place_of_one_of_ours():
    """Nobody's plugin becomes ``kamsync sync``."""
    mine, theirs = click.Command("greet"), click.Command("sync")
    plugins = loaded(good=("kamsync_commands", [mine, theirs]))

    assert {"greet": mine} == plugins.commands(taken=["sync"])
    assert ["good: 'sync' is taken by kamsync itself"] == reasons(plugins)


def test_reports_and_sandboxes_are_found_by_name():
    """Both are offered and not yet run."""
    report = Report("Counts", (Column("count"),), [(1,)])
    sandbox = Sandbox("acme", "The Acme API.", failing)
    plugins = loaded(
        a=("kamsync_reports", {"counts": lambda _: report}),
        b=("kamsync_sandboxes", [sandbox, sandbox]),
    )

    assert plugins.reports()["counts"](None) is report
    assert {"acme": sandbox} == plugins.sandboxes()
    assert ["b: 'acme' is taken by the plugin b"] == reasons(plugins)
