"""Writing: batches of a hundred, each row answered, and taken apart where one row spoils the others.

A record is read once more just before it is written. Read `write` first; then `batches`.
"""
