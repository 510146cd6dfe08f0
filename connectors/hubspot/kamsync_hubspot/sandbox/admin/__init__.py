"""What an admin does: properties, object types, pipelines and stages, and which properties must be set.

Read `defining` first, the properties; then `schemas`, whole object types.
"""
