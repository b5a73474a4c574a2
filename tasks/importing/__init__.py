"""From a received Word or Excel file to drafts under one order, one step after the other.

`files` reads the tables of a file and refuses what is none; `columns` tells what each column holds; `rows`
makes one row of each task; `due` reads the words of a deadline; `committees.naming` the names of agencies;
`checking` puts it together and says what is unsure.
"""
