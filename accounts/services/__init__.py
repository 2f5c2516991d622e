"""The writes of the ground floor, and the one answer to "who is responsible"."""
