"""Sets the project up on a machine that has Python 3.11 and nothing else.

What gets installed stays inside the checkout: `.venv` (uv.lock), `node_modules` (package-lock.json)
and `.tools` (uv itself, and Node if the machine has none).
"""
