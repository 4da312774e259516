"""The typed reader of outside values: NAME from the environment, or from the file that NAME_FILE names."""

import environ
from environ.fileaware_mapping import FileAwareMapping


class _Stripped(FileAwareMapping):
    """Files end in a line break that does not belong to the value."""

    def __getitem__(self, key: str) -> str:
        return str(super().__getitem__(key)).strip()


class Environment(environ.FileAwareEnv):
    """`django-environ` over the values above."""

    ENVIRON = _Stripped()


env = Environment()
