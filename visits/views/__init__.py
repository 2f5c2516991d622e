"""Pages of visits: the field's (day, gate, visit) and the desk's (lists, records, team, matrix)."""
