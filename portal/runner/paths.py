from portal import env

ROOT = env.ROOT
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
