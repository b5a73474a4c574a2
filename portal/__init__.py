"""The wiring: settings, addresses, sign-in, the API's router, the workers, and what `run.py` does.

Imports nothing, so that run.py can use `portal.env` and `portal.runner` before anything is installed.
"""
