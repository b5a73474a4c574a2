"""The wiring of the portal.

Imports nothing, so that run.py can use `portal.env` and `portal.runner` before anything is installed.
"""
