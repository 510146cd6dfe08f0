"""A refusal that has to do with files says what to do about them."""

import pytest


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nowhere/kamsync.db", "nowhere does not exist; make it, or correct url in [store]."),
        ("policies", "because it is a folder; name a file in url of [store]."),
        ("sales.jsonl/kamsync.db", "let the user who runs kamsync read and write it"),
    ],
)
def test_a_store_that_cannot_be_opened_says_what_to_do(hub, url, said):
    """Whether the folder, the file or the permission is missing."""
    (hub.folder / "policies").mkdir(exist_ok=True)
    hub.configure(hub.file.read_text().replace("///kamsync.db", f"///{url}"))

    result = hub.run("plan")

    assert 1 == result.exit_code
    assert 1 == len(result.stderr.splitlines())
    assert said in result.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["restore", "kamsync.toml"], "kamsync.toml is not a backup of kamsync. Name a file that"),
        (["restore", "nowhere"], "Name a file that `kamsync backup` wrote, and that you may read."),
        (["backup", "nowhere/b"], "cannot be written: No such file or directory; choose another"),
        (["backup", "kamsync.toml"], "Say --replace, or choose another."),
    ],
)
def test_a_backup_that_cannot_be_read_or_written_says_what_to_do(hub, args, said):
    """And the store is as it was."""
    result = hub.run(*args)

    assert result.exit_code in {1, 64}
    assert said in result.stderr
    assert 0 == hub.run("verify").exit_code


def test_a_policy_that_is_not_there_is_no_configuration(hub):
    """Nobody is sent to `kamsync init` for it."""
    hub.configure('policies = ["nowhere.toml"]\n' + hub.file.read_text())

    told = hub.run("plan").stderr

    assert "nowhere.toml is not there. Name another under policies" in told
    assert "The policy " in told
    assert "init" not in told


def test_a_configuration_in_another_encoding_says_which_is_wanted(hub):
    """As some editors save it."""
    hub.file.write_bytes(hub.file.read_text().encode("utf-16"))

    assert "line 1: not text in UTF-8. Save it as UTF-8." in hub.run("plan").stderr


def test_a_configuration_of_another_machine_is_read(hub):
    """With a mark at its beginning, line ends of Windows, and tabs."""
    text = hub.file.read_text().replace(" = ", "\t=\t").replace("\n", "\r\n")
    hub.file.write_bytes(b"\xef\xbb\xbf" + text.encode())

    assert 0 == hub.run("plan").exit_code
