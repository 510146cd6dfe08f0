"""The systems of a history: in memory or behind a site, their lines to the hub, and the people in them.

They tell of every act, and know nothing of who listens. Read `town` first, a system in memory; then
`people`.
"""
