import pytest

from kamsync.errors import ConfigurationInvalid, PluginBroken, SystemDown
from kamsync.extensions import Sandbox, SandboxOptions
from kamsync.redact import Secret
from kamsync.sandbox import hosted


class Running:
    """A sandbox that only says where it is."""

    def __init__(self, port, **more):
        self.url = f"http://127.0.0.1:{port}"
        self.options = {"url": self.url}
        self.closed = False
        self.__dict__.update(more)

    def close(self):
        self.closed = True


def test_details_stand_beside_url_and_options_and_secrets_are_dots():
    """What is made up is plain text; a sandbox without details has none."""
    told = Running(1, details={"credentials": {"token": "made-up"}, "key": Secret("real")})
    sandboxes = [Sandbox("a", "A.", lambda _: told), Sandbox("b", "B.", lambda _: Running(2))]

    with hosted(sandboxes, SandboxOptions()) as ready:
        first, second = (each.document() for each in ready)

    assert {
        "name": "a",
        "url": told.url,
        "options": {"url": told.url},
        "credentials": {"token": "made-up"},
        "key": "•••",
    } == first
    assert {"name", "url", "options"} == set(second)


def test_each_has_its_own_port_and_all_are_closed():
    """The ports follow each other."""
    made = []
    sandboxes = [
        Sandbox(name, name, lambda options: made.append(Running(options.port)) or made[-1])
        for name in "ab"
    ]

    with hosted(sandboxes, SandboxOptions(port=8000)) as ready:
        assert ["http://127.0.0.1:8000", "http://127.0.0.1:8001"] == [each.url for each in ready]

    assert [True, True] == [each.closed for each in made]


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ConfigurationInvalid("The faults cannot be used."), ConfigurationInvalid),
        (OSError(98, "Address already in use"), SystemDown),
        (ZeroDivisionError(), PluginBroken),
    ],
)
def test_what_keeps_one_from_starting_is_told_and_those_that_did_are_closed(raised, told):
    """An option that it refuses is no fault of its plugin."""

    def fail(_):
        raise raised

    first = Running(1)
    sandboxes = [Sandbox("a", "A.", lambda _: first), Sandbox("b", "B.", fail)]

    with pytest.raises(told), hosted(sandboxes, SandboxOptions()):
        pass

    assert first.closed
