"""No pay and no secret is told to whoever is not cleared: in the log, on the page, or in a report."""

import io
import signal
import zipfile

import httpx
import pytest

SECRET = "hook-token-5581"
PAID = ("98765.4", "98,765", "87654.3", "87,654", "76543.2", "76,543", "87654 and")
"""The amounts that people enter here, as they may be written."""

RUN = """
[round]
every = "1h"

[daemon]
listen = "127.0.0.1:0"
"""


@pytest.fixture
def paid(nordwind, monkeypatch):
    """Quotas in two systems that are cleared for pay: one agreed, one disputed, one unreadable."""
    text = nordwind.file.read_text().replace('\nteam = "', '\nclears_pay = true\nteam = "')
    text = text.replace('contact = ["create", "update"]', 'sales_quota = ["create", "update"]')
    nordwind.configure(f'plugins = ["conflict_report", "notify_webhook"]\n{text}{RUN}')
    monkeypatch.setenv("KAMSYNC_NOTIFY_WEBHOOK_URL", f"http://127.0.0.1:9/hooks/{SECRET}")
    monkeypatch.setenv("KAMSYNC_NOTIFY_WEBHOOK_TOKEN", SECRET)
    values = {"target": "98765.4", "target_currency": "EUR", "period": "2026"}
    ids = [
        nordwind.anna.create("sales_quota", {**values, "metric": metric})
        for metric in ("revenue", "renewals", "visits")
    ]
    nordwind.meet()
    copies = {each["metric"]: id_ for id_, each in nordwind.success.records("sales_quota").items()}
    assert 3 == len(copies)
    nordwind.anna.edit("sales_quota", ids[1], {"target": "87654.3"})
    nordwind.bo.edit("sales_quota", copies["renewals"], {"target": "76543.2"})
    nordwind.anna.edit("sales_quota", ids[2], {"target": "87654 and a bit"})
    return nordwind


@pytest.mark.usefixtures("paid")
def test_the_log_and_the_page_of_the_daemon_tell_no_pay_and_no_secret(program):
    """Neither of a round that works, nor of one in which a notifier fails and a value cannot be read."""
    process = program("run")
    first = process.stderr.readline()
    (address,) = (word for word in first.split() if word.endswith("/healthz"))
    lines = [process.stdout.readline()]
    while " event=round " not in lines[-1]:
        lines.append(process.stdout.readline())
    pages = [
        httpx.get(address.replace("/healthz", path)).text for path in ("/healthz", "/metrics", "/")
    ]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)

    told = "".join([first, *lines, *pages, out, err])
    assert " held=1 parked=1" in lines[-1]
    assert "kamsync_round" in told
    assert_discreet(told)


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--full"],
        ["conflicts"],
        ["conflicts", "show", "1"],
        ["plan", "--full"],
        ["history"],
        ["report", "conflicts"],
    ],
    ids=" ".join,
)
def test_what_a_command_tells_holds_no_pay_and_no_secret(paid, command):
    """In words and as JSON, on both outputs."""
    synced = paid.run("sync")

    for form in ([], ["--json"]):
        result = paid.run(*command, *form)
        assert result.stdout
        assert_discreet(synced.output + result.output)


def test_no_export_holds_pay_or_a_secret(paid):
    """Neither the table, nor the workbook, nor the page."""
    paid.run("sync")

    exports = [paid.run("report", "conflicts", "--csv").stdout]
    for form in ("xlsx", "html"):
        file = paid.folder / f"conflicts.{form}"
        assert 0 == paid.run("report", "conflicts", f"--{form}", str(file)).exit_code
        exports.append(unpacked(file.read_bytes()))

    for each in exports:
        assert "sales_quota" in each
        assert_discreet(each)


def assert_discreet(text):
    """Nothing that was entered as pay is in a text, and no secret."""
    assert [] == [each for each in (*PAID, SECRET) if each in text]


def unpacked(content):
    """Return the text of a file, and of what is packed in it."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
