"""Set up: the section that an org begins with, the field that keeps our id, and what is not right yet.

Run by an admin, and by no round. Read `start` first; then `checking`.
"""
