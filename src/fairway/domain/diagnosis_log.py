"""What a process printed before it failed, recognised line by line: a table of what Node.js, Python and their
libraries really print.

A row is a pattern and the function that makes a finding of its match. Rows stand in the order in which they are
believed: a named module or variable before the refused connection that may follow from it. Within a row the last
matching line counts, because a log begins with the previous attempt's.
"""

import re
from collections.abc import Callable

from fairway.domain import diagnosis_code, diagnosis_connection, diagnosis_variables
from fairway.domain.desired import TaskSpec
from fairway.domain.diagnosis_text import Finding

Row = tuple[re.Pattern[str], Callable[[re.Match[str], TaskSpec], Finding]]

ROWS: tuple[Row, ...] = (*diagnosis_code.BUILD_ROWS, *diagnosis_connection.PORT_ROWS)
LATER_ROWS: tuple[Row, ...] = (*diagnosis_connection.DATABASE_ROWS, *diagnosis_code.FILE_ROWS)


def read(log: tuple[str, ...], spec: TaskSpec) -> Finding | None:
    """The finding of the log's most telling line, None when no line says anything that is known."""
    return match_rows(ROWS, log, spec) or diagnosis_variables.read(log, spec) or match_rows(LATER_ROWS, log, spec)


def match_rows(rows: tuple[Row, ...], log: tuple[str, ...], spec: TaskSpec) -> Finding | None:
    """The first row that matches any line, by its last such line."""
    for pattern, make in rows:
        for index in range(len(log) - 1, -1, -1):
            if match := pattern.search(log[index]):
                finding = make(match, spec)
                return Finding(
                    sentence=finding.sentence,
                    seen=finding.seen or log[index].strip(),
                    fix=finding.fix,
                    line=index,
                )
    return None
