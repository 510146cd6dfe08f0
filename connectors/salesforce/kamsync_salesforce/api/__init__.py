"""The API: one session with an org, the calls that are made over it, and how it spells ids and times.

Whatever goes out or comes in passes here; nothing here knows what is read or written. Read `client`
first, the calls; then `session`, through which each of them goes.
"""
