"""The pages of customers and of the organisation."""
