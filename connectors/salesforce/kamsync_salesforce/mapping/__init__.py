"""Map: how a standard org says the six entities, and the lenses for what only Salesforce says.

No call is made here; a configuration lays its own over it. Read `maps` first.
"""
