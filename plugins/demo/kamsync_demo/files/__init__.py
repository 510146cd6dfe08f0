"""Three teams' systems as files, for `kamsync sandbox memory`."""
