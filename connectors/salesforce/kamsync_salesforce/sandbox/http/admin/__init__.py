"""What administrators call for: custom fields, and who may see them.

Read `tooling` first; then `permissions`.
"""
