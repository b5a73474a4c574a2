"""The lists of tasks that pages, API and exports share: filters, sorting, counts and columns."""
