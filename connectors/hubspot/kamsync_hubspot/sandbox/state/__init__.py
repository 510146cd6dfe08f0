"""The state: the portal and its records, with their history, their links and what a search still shows.

All records are kept in one SQLite database; which values they may take is not decided here. Read `portal`
first; then `records`.
"""
