"""The objects of an org: what it shows our user of them, and what is selected of each.

What is the same everywhere is known, the rest is asked for and remembered. Read `traits` first, then
`describing`; `queries` has the SOQL.
"""
