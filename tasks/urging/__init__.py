"""Tasks are urged by hand."""
