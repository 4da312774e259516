"""What `./dev` is made of. Standard library only: it runs before anything is installed.

The one exception is `catalogues`, which runs inside the environment that the rest has made.
"""
