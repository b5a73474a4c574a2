"""A received Word or Excel file becomes drafts under an order."""
