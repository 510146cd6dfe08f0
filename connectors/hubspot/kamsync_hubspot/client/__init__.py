"""The calls: where HubSpot answers, the one way out to it, and what comes back.

All that is sent goes through here, at the pace that a portal allows. Read `transport` first, one call; then
`wire`, what is answered, and `records` and `associations`, which are called most.
"""
