"""The face of the org over HTTP: what a client sends, and what it is answered.

Read `start` first, which puts it together, then `service` and `api`, which lead to the folders: `calls`,
on which all stand, `login`, `admin`, `soap`, `rest` and `bulk`. `acting` and `mishaps` are for tests.
"""
