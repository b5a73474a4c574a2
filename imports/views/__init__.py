"""The pages of a received file: the upload, the table of its rows, one row."""
