"""The portal over HTTP, on the server that every sandbox shares.

One module for each group of endpoints, and what stands between a call and them: tokens, limits and faults.
Read `service` first; then `calls`, and `objects`, the endpoints that are called most.
"""

from __future__ import annotations
