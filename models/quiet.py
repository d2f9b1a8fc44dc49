"""What libraries say on their own account is not for our users: their warnings and bars are put away."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, transformers, onnxruntime's quantizer and torch print no warning and no progress bar.

    What it changes is the process's, so two threads must not be in it at once.
    """
    from transformers.utils import logging as theirs

    verbosity, bars = theirs.get_verbosity(), theirs.is_progress_bar_enabled()
    disabled = logging.root.manager.disable
    theirs.set_verbosity_error()
    theirs.disable_progress_bar()
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), redirect_stderr(io.StringIO()):  # where bars that no switch turns off go
            warnings.simplefilter("ignore")
            yield
    finally:
        theirs.set_verbosity(verbosity)
        logging.disable(disabled)
        if bars:
            theirs.enable_progress_bar()
