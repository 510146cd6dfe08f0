"""The state: the portal and its records, with their history, their links and what a search still shows.

It is kept in one SQLite database, and changed by whoever asks: what is allowed is not decided here. Read
`portal` first; then `records`.
"""
