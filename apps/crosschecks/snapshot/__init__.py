"""The columnar snapshot: the columns that rules read, as Parquet, asked by DuckDB (architecture.md §7).

It only says where to look. What is found there is asked again of PostgreSQL, row by row, before anything is written.
"""
