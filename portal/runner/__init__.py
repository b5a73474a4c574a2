"""What `run.py` does beyond making `.venv`: checks of the machine, set-up, supervision, tests and checks.

Everything here runs on the standard library and `portal.env` alone, because it starts before anything is
installed and keeps running when an installed package is broken.
"""
