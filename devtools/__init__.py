"""What `./dev` is made of. Standard library only: it runs before anything is installed.

`catalogues`, `extraction`, `migrating` and `templates` are the exception: they run inside the environment
that the rest has made.
"""
