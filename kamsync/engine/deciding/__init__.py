"""Decide: what people say between rounds, about conflicts and about what rounds have done.

It changes golden and tells no system: the next round does. Read `decide` first.
"""
