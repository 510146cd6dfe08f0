"""What a configuration means: maps, policies, limits and scope, or every reason why not."""

from __future__ import annotations

import pytest

from kamsync.config import read_policies, resolve
from kamsync.errors import ConfigurationInvalid
from kamsync.mapping import Direction

ACME = '[system.sales]\nconnector = "acme"\nteam = "sales"\n'
MORE = "[system.sales.map.opportunity]\nobject = 'Deal'\nfields = { name = 'Title' }\n"


@pytest.fixture
def refused(load, plugins, file):
    """Resolve a configuration that cannot apply; return the lines that say why."""

    def refused(text):
        with pytest.raises(ConfigurationInvalid) as caught:
            resolve(load(text), plugins)
        return [line.removeprefix(f"{file}: ") for line in str(caught.value).splitlines()]

    return refused


def test_a_connectors_own_maps_need_no_configuration(load, plugins):
    """Its plugin knows the standard objects."""
    maps = resolve(load(ACME), plugins).maps["sales"]

    assert {"account", "payout"} == set(maps)
    assert "Account" == maps["account"].object


def test_a_configuration_is_laid_over_the_connectors_maps(load, plugins):
    """What it does not name stays as it is."""
    fields = "name = 'Firm'\nindustry = { direction = 'in' }\nphone = false"
    text = (
        f"{ACME}[system.sales.map.account]\nobject = 'Company'\n[system.sales.map.account.fields]"
    )

    account = resolve(load(f"{text}\n{fields}"), plugins).maps["sales"]["account"]

    assert "Company" == account.object
    assert ("Firm",) == account.fields["name"].native
    assert Direction(writes=False) == account.fields["industry"].direction
    assert "phone" not in account.fields
    assert ("website",) == account.fields["website"].native


def test_an_entity_that_no_plugin_maps_can_be_mapped(load, plugins):
    """A configuration alone is enough."""
    maps = resolve(load(ACME + MORE), plugins).maps["sales"]

    assert ("Title",) == maps["opportunity"].fields["name"].native


def test_policies_are_joined_field_by_field(load, plugins, file):
    """Later files go before earlier ones, and the configuration before all."""
    (file.parent / "one.toml").write_text(
        "[policy.account]\nname = 'latest'\ntier = 'latest'\nphone = 'latest'"
    )
    (file.parent / "two.toml").write_text("[policy.account]\ntier = 'first'\nphone = 'first'")

    policy = resolve(
        load(f"policies = ['one.toml', 'two.toml']\n{ACME}[policy.account]\nphone = 'review'"),
        plugins,
    ).policy

    texts = [policy.rule_for("account", name).text for name in ("name", "tier", "phone")]
    assert 3 == len(set(texts))
    assert "latest" in texts[0]


def test_everyday_and_first_meeting_have_rules_of_their_own(load, plugins):
    """What settles a first meeting settles nothing later."""
    resolved = resolve(load(f"{ACME}[first_meeting.account]\nname = 'latest'"), plugins)

    name = ("account", "name")
    assert resolved.policy.rule_for(*name) != resolved.first_meeting.rule_for(*name)


def test_a_policy_may_name_the_team_of_any_system(load, plugins):
    """Teams are what the configuration says they are."""
    text = ACME.replace('team = "sales"', 'team = "partners"')

    resolve(load(f"{text}[policy.account]\nname = {{ team = 'partners' }}"), plugins)


def test_limits_are_found_by_system_and_entity(load, plugins):
    """What a table leaves out is as in the default."""
    text = "[guards]\ndelete = { count = 1 }\n[guards.sales.account]\nupdate = { count = 7 }"

    limits = resolve(load(ACME + text), plugins).limits

    assert (1, 7) == (
        limits.of("sales", "account").delete.count,
        limits.of("sales", "account").update.count,
    )
    assert 1 == limits.of("other", "account").delete.count


def test_the_scope_is_a_list_a_file_and_values(load, plugins, file):
    """Accounts of the file are added to those of the list."""
    (file.parent / "key.csv").write_text("# key accounts\nsales,1\n\n sales , 2\n")

    scope = resolve(
        load(
            f"{ACME}[scope.account]\ntier = ['key']\nlist = {{ sales = ['3'] }}\nfile = 'key.csv'"
        ),
        plugins,
    ).scope

    assert {"sales": frozenset("123")} == scope.listed
    assert {"tier": frozenset({"key"})} == scope.values


def test_without_a_scope_every_account_is_in_it(load, plugins):
    """As the template says."""
    assert resolve(load(ACME), plugins).scope.is_open


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "allow = { acount = ['create'] }",
            "system.sales.allow.acount: there is no entity 'acount'. Did you mean 'account'?",
        ),
        (
            "allow = { contact = ['create'] }",
            (
                "system.sales.allow.contact: contact is not mapped in this system. "
                "Mapped are account, payout."
            ),
        ),
        (
            "allow = { payout = ['create', 'update'] }",
            "system.sales.allow.payout: payout is a ledger, which is only added to. Allow only create.",
        ),
        (
            "[system.sales.map.acount]\nobject = 'x'",
            "system.sales.map.acount: there is no entity 'acount'. Did you mean 'account'?",
        ),
        (
            "[system.sales.map.contact]",
            "system.sales.map.contact.object must name the native object for contact.",
        ),
        (
            "[scope.account]\nteir = ['key']",
            "scope.account.teir: an account has no field 'teir'. Did you mean 'tier'?",
        ),
        (
            "[scope.account]\ntier = ['kye']",
            "scope.account.tier: 'kye' is no choice of tier. Did you mean 'key'?",
        ),
        (
            "[scope.account]\nannual_revenue = ['1']",
            "scope.account.annual_revenue: annual_revenue is a group, and a scope takes single values.",
        ),
    ],
)
def test_what_cannot_apply_is_refused(refused, text, line):
    """One line that names the key and what would be right."""
    assert [line] == refused(ACME + text)


@pytest.mark.parametrize(
    ("text", "key", "word"),
    [
        ("[policy.acount]", "policy.acount:", "'account'"),
        ("[policy.account]\nnmae = 'latest'", "policy.account.nmae:", "'name'"),
        ("[policy.account]\nname = 'lastest'", "policy.account.name:", "'latest'"),
        ("[policy.account]\nname = 'highest'", "policy.account.name:", "highest"),
        ("[policy.account]\nname = { team = 'slaes' }", "policy.account.name", "'sales'"),
        ("[first_meeting.acount]", "first_meeting.acount:", "'account'"),
        ("[guards]\ndelet = 3", "guards.delet:", "delete"),
        ("[guards.sales.contact]", "guards.sales.contact:", "account"),
        ("[guards]\nemptied = 2", "guards.emptied:", "0 and 1"),
        (
            "[system.sales.map.account.fields]\nnmae = 'x'",
            "system.sales.map.account.fields.nmae:",
            "name",
        ),
        (
            "[system.sales.map.account.fields]\nname = { native = 'x', limt = 3 }",
            "system.sales.map.account.fields.name",
            "limit",
        ),
    ],
)
def test_a_rule_limit_or_map_that_cannot_apply_is_refused(refused, text, key, word):
    """The module that knows it best says so, under the key of the configuration."""
    (line,) = refused(ACME + text)

    assert line.startswith(key)
    assert word in line


def test_everything_that_cannot_apply_is_told_at_once(refused):
    """Policies, maps, limits and scope are all looked at."""
    lines = refused(
        f"{ACME}allow = {{ x = [] }}\n[policy.y]\n[first_meeting.y]\n[guards]\nz = 1\n[scope.account]\nw = []"
    )

    assert 5 == len(lines)


def test_a_system_without_any_map_is_refused(refused, plugins):
    """It would read nothing and say nothing."""
    plugins.mappings = lambda *_: {}

    assert [
        "system.sales.map: nothing is mapped. No plugin maps acme systems: add [system.sales.map.ENTITY]."
    ] == refused(ACME)


def test_an_unknown_connector_hides_nothing_and_adds_nothing(refused):
    """What follows from it is not told as well."""
    lines = refused(
        f"{ACME.replace('acme', 'acne')}[guards.sales.account]\ndelete = {{ count = 3 }}"
    )

    assert 1 == len(lines)
    assert "system.sales.connector: No plugin offers the connector 'acne'" in lines[0]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"sales;1\n", "key.csv, line 1: expected SYSTEM,ID, got 'sales;1'."),
        (b"sales,1\nsales,\n", "key.csv, line 2: expected SYSTEM,ID, got 'sales,'."),
        (b"slaes,1\n", "key.csv, line 1: there is no system 'slaes'."),
        (b"sales,\xff\n", "key.csv is not text in UTF-8; save it so."),
        (None, "key.csv cannot be read: No such file or directory; name one that you may read."),
    ],
)
def test_a_scope_file_that_cannot_be_used_is_refused(refused, file, content, reason):
    """It decides about what is written, so nothing of it is guessed."""
    if content is not None:
        (file.parent / "key.csv").write_bytes(content)

    (line,) = refused(f"{ACME}[scope.account]\nfile = 'key.csv'")

    assert line.startswith("scope.account.file: ")
    assert line.endswith(reason)


def test_a_mistake_in_a_policy_file_names_that_file(load, plugins, file):
    """It is not in the configuration."""
    other = file.parent / "teams.toml"
    other.write_text("[policy.account]\nnmae = 'latest'")

    with pytest.raises(ConfigurationInvalid) as caught:
        resolve(load(f"policies = ['teams.toml']\n{ACME}"), plugins)

    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{other}: policy.account.nmae: ")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "is not there"),
        ("[polcy.account]", "polcy: unknown key. Did you mean 'policy'?"),
        ("[store]", "store: unknown key. Known are policy, first_meeting."),
        ("policy = 3", "policy = 3: expected a table."),
        ("[policy]\naccount = 'latest'", 'policy.account = "latest": expected a table.'),
        ("[policy", "line 1: not valid TOML"),
    ],
)
def test_a_policy_file_holds_only_policies(tmp_path, text, reason):
    """Anything else in it would be without effect."""
    file = tmp_path / "teams.toml"
    if text is not None:
        file.write_text(text)

    with pytest.raises(ConfigurationInvalid) as caught:
        read_policies(file)

    assert str(file) in str(caught.value)
    assert reason in str(caught.value)
