"""Many tasks are urged by hand in one step."""
