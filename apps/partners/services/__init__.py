"""What is done to clients, and what clients do."""
