"""What every room may use: verdicts, days, text, form fields, and the answers of pages and API."""
