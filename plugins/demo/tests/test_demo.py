from kamsync.plugins import load_plugins


def test_the_demo_loads():
    """The plugin joins its hook and breaks nothing."""
    plugins = load_plugins(["demo"])

    plugins.commands()

    assert [] == plugins.broken
    assert ("kamsync_commands",) == plugins.hooks("demo")
