"""Import of the register: the flat export of the national system, one row a person with its household's columns."""
