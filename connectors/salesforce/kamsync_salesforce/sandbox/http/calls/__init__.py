"""One call: its version, its headers, its path and what it costs, and the reply to it.

Read `exchange` first; then `router`, which finds what answers.
"""
