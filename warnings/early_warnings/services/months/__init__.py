"""Months of facts, a row a customer: read once, kept from night to night, read again where they changed (WRN-3)."""
