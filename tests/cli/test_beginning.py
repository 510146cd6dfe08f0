"""``init`` with systems: by options, by questions, and what it refuses."""

import re
import tomllib

import pytest

from kamsync.config import connect, load_config, resolve
from kamsync.plugins import load_plugins

SALES = ("--system", "sales=salesforce")
BOTH = (*SALES, "--system", "success=hubspot")
SET = (
    "--set",
    "sales.client_id=3MVG9",
    "--set",
    "sales.client_secret=SALES_SECRET",
    "--set",
    "success.currency=EUR",
)
SECRETS = {"SALES_SECRET": "made-up", "HUBSPOT_TOKEN": "pat-eu1-made-up"}

ANSWERS = (
    *("salesforce", "sales", "crm", "sandbox", "3MVG9", "secret", "SALES_SECRET", "EUR"),
    *("hubspot", "success", "success", "token", "HUBSPOT_TOKEN", "EUR"),
    "",
    "tier=strategic,key",
    "teams",
)


@pytest.fixture
def empty(hub):
    """A folder without a configuration."""
    hub.file.unlink()
    return hub


def begun(hub, *args, answers=()):
    """Run ``init`` and return the configuration that it wrote, as it is loaded."""
    result = hub.run("init", "new", *args, input="".join(f"{each}\n" for each in answers))
    assert 0 == result.exit_code, result.stderr
    return load_config(hub.folder / "new" / "kamsync.toml", SECRETS)


def test_what_is_written_for_two_systems_only_reads_and_applies(empty):
    """Their maps, the policy of the teams and a connector for each; nothing may be written."""
    config = begun(empty, *BOTH, *SET)
    plugins = load_plugins(config.plugins)

    resolved = resolve(config, plugins)
    for name in config.systems:
        connect(config, name, plugins).close()

    assert {"sales", "success"} == set(resolved.maps)
    assert [{}, {}] == [each.allow for each in config.systems.values()]
    assert ["sales", "success"] == [each.team for each in config.systems.values()]
    assert ["teams.toml"] == [path.name for path in config.policies]
    assert resolved.first_meeting.lines


def test_questions_and_options_write_the_same(empty):
    """Whoever answers and whoever scripts begin with one file."""
    asked = begun(empty, "--ask", answers=ANSWERS)
    (empty.folder / "new" / "kamsync.toml").rename(empty.folder / "asked.toml")
    flags = (
        *("--system", "crm=salesforce", "--team", "crm=sales", "--system", "success=hubspot"),
        *("--set", "crm.host=sandbox", "--set", "crm.client_id=3MVG9", "--set", "crm.currency=EUR"),
        *("--set", "crm.client_secret=SALES_SECRET", "--set", "success.currency=EUR"),
        *("--scope", "tier=strategic,key", "--policy", "teams"),
    )

    begun(empty, *flags)

    assert "crm" in asked.systems
    assert (empty.folder / "asked.toml").read_text() == (
        empty.folder / "new" / "kamsync.toml"
    ).read_text()


def test_an_answer_that_cannot_be_taken_is_asked_again(empty):
    """With the reason, and what would be right."""
    wrong = ("salesfroce", *ANSWERS[:-2], "tier=gold", *ANSWERS[-2:])

    result = empty.run("init", "new", "--ask", input="".join(f"{each}\n" for each in wrong))

    assert 0 == result.exit_code, result.stderr
    assert "Did you mean 'salesforce'?" in result.stderr
    assert "'gold' is no choice of tier" in result.stderr
    assert (
        '[scope.account]\ntier = ["strategic", "key"]'
        in (empty.folder / "new" / "kamsync.toml").read_text()
    )


@pytest.mark.parametrize("empty_answer", ["", "  "])
def test_what_a_system_cannot_be_called_without_is_asked_again(empty, empty_answer):
    """With the way for whoever does not have it at hand."""
    kind, team, name, host, *rest = ANSWERS

    said = (kind, team, name, host, empty_answer, *rest)
    result = empty.run("init", "new", "--ask", input="".join(f"{each}\n" for each in said))

    assert 0 == result.exit_code, result.stderr
    assert "crm cannot be called without client_id." in result.stderr
    assert "kamsync init --system crm=salesforce leaves its place" in result.stderr
    told = tomllib.loads((empty.folder / "new" / "kamsync.toml").read_text())
    assert "3MVG9" == told["system"]["crm"]["client_id"]


@pytest.mark.parametrize("answers", [ANSWERS[:3], ("nothing",) * 9], ids=["ended", "wrong"])
def test_answers_that_do_not_suffice_write_nothing(empty, answers):
    """One sentence says where they ended and what else there is."""
    result = empty.run("init", "new", "--ask", input="".join(f"{each}\n" for each in answers))

    assert 64 == result.exit_code
    assert "nothing was written" in result.stderr
    assert "kamsync init --help" in result.stderr
    assert not (empty.folder / "new").exists()


def test_nobody_is_asked_where_nobody_is(empty):
    """A pipe is no person: what it holds is left alone, and the plain file is written."""
    config = begun(empty, answers=("salesforce",))

    assert {} == config.systems


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--system", "sales=salesfroce"), "Did you mean 'salesforce'?"),
        (("--system", "sales"), "not of the form NAME=KIND"),
        (("--system", "Sales=memory"), "'Sales' is no name: expected a name of up to 40"),
        (("--system", "a=memory", "--system", "a=memory"), "Give each its own"),
        ((*SALES, "--team", "sles=sales"), "There is no --system 'sles'; there is sales"),
        ((*SALES, "--set", "sales.hots=production"), "Did you mean 'host'?"),
        (
            (*SALES, "--set", "sales.client_id="),
            "--set says nothing of sales.client_id. Give it as",
        ),
        ((*SALES, "--set", "sales.client_id= "), "leave --set out"),
        ((*SALES, "--set", "sales.client_id=''"), "leave --set out"),
        ((*SALES, "--team", "sales="), "--team says nothing of sales."),
        ((*SALES, "--scope", "teir=key"), "Did you mean 'tier'?"),
        ((*SALES, "--scope", "tier"), "such as tier=strategic,key"),
        ((*SALES, "--policy", "team"), "Did you mean 'teams'?"),
        (("--policy", "teams"), "Name them with --system"),
        ((*SALES, "--ask"), "leave the other options out"),
    ],
)
def test_what_is_refused_says_the_next_step(empty, given, said):
    """And nothing is written."""
    result = empty.run("init", "new", *given)

    assert 64 == result.exit_code
    assert said in result.stderr
    assert not (empty.folder / "new").exists()


def test_a_secret_is_neither_taken_nor_repeated(empty):
    """The file names where it is."""
    result = empty.run(
        "init", "new", "--system", "s=hubspot", "--set", "s.token=pat-eu1-SECRET-1234"
    )

    assert 64 == result.exit_code
    assert "SECRET-1234" not in result.stderr + result.stdout
    assert "or file:PATH" in result.stderr


def test_it_says_where_secrets_go_and_what_is_to_be_filled_in(empty):
    """What only the owner knows is not made up in silence."""
    result = empty.run("init", "new", *BOTH, "--set", "success.token=file:hub.token")

    assert "Fill in: client_id in [system.sales]." in result.stdout
    assert "Put the token of success into hub.token, a file of mode 0600." in result.stdout
    told = tomllib.loads((empty.folder / "new" / "kamsync.toml").read_text())
    assert {"file": "hub.token"} == told["system"]["success"]["token"]


def test_what_to_do_next_can_be_typed_as_it_stands(empty):
    """Also where the name of a folder has a blank in it."""
    result = empty.run("init", "key accounts")

    assert "cd 'key accounts' && " in result.stdout


def test_a_connector_without_a_draft_gets_the_options_that_it_needs(empty, plugin):
    """Whoever writes one need not write a draft."""
    plugin(
        "plain_one",
        """
from kamsync import hookimpl
from kamsync.memory import Memory

class Plain(Memory):
    kind = "plain"

    def __init__(self, folder: str, page: int = 9):
        super().__init__()

    @classmethod
    def draft(cls):
        return None

@hookimpl
def kamsync_connectors():
    return {"plain": Plain}
""",
    )

    result = empty.run("init", "new", "--system", "books=plain")

    assert "Fill in: folder in [system.books]." in result.stdout
    text = (empty.folder / "new" / "kamsync.toml").read_text()
    assert 'plugins = ["plain_one"]' in text
    assert 'connector = "plain"\n#team = "sales"\nfolder = "…"' in text


def test_a_scope_that_no_system_tells_is_a_problem(empty):
    """Else everything would be outside of it, and nobody would know why."""
    begun(empty, "--system", "sales=memory", "--scope", "tier=key")
    file = empty.folder / "new" / "kamsync.toml"
    text = file.read_text()
    file.write_text(
        text.replace(
            'path = "sales.jsonl"\n',
            'path = "sales.jsonl"\n[system.sales.map.account.fields]\ntier = false\n',
        )
    )

    before = empty.run("check", "-c", str(file))

    assert 1 == before.exit_code
    assert "selects by tier, which no system tells" in before.stdout


@pytest.mark.parametrize("kind", ["salesforce", "hubspot"])
def test_every_example_of_a_map_in_a_draft_is_right(empty, kind):
    """Taking the sign away before one is all that it needs."""
    given = ("--set", "sales.client_id=3MVG9", "--set", "sales.currency=EUR")
    begun(empty, "--system", f"sales={kind}", *(given if kind == "salesforce" else given[2:]))
    file = empty.folder / "new" / "kamsync.toml"
    text = file.read_text()
    start, end = text.index("[system.sales.map"), text.index("# The scope")
    shown = re.sub(r"^#(?=[^ \n])", "", text[start:end], flags=re.MULTILINE)
    assert shown != text[start:end]
    file.write_text(text[:start] + shown + text[end:])
    config = load_config(file, SECRETS)

    resolved = resolve(config, load_plugins(config.plugins))

    assert {"tier", "health"} <= set(resolved.maps["sales"]["account"].fields)


@pytest.mark.parametrize("kind", ["salesforce", "hubspot", "memory"])
def test_what_a_draft_asks_for_stands_in_its_text_or_is_a_way(kind):
    """No answer is lost, and no place is left open."""
    plugins = load_plugins([] if kind == "memory" else [kind])
    draft = plugins.connector(kind).draft()

    places = set(re.findall(r"\$([a-z_]+)", draft.text))

    assert places == {ask.key for ask in draft.asks if not ask.choices}
