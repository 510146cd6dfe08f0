from kamsync.plugins import load_plugins


def test_the_conflict_report_loads():
    """The plugin joins its hook and breaks nothing."""
    plugins = load_plugins(["conflict_report"])

    plugins.reports()

    assert [] == plugins.broken
    assert ("kamsync_reports",) == plugins.hooks("conflict_report")
