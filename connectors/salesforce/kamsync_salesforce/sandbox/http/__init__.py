"""The face of the org over HTTP: what a client sends, and what it is answered."""
