"""What the homes show: each function asks one question, whatever the size of the company."""
