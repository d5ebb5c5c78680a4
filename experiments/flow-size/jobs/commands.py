"""What all jobs have in common: commands come in on standard input, a line of JSON each, and are answered on standard output.

A command is {"run": 3, "inputs": {...}}, its answer {"run": 3, "seconds": 6.1, "result": {...}}. {"ready": true} comes first, as
soon as commands can be taken. The end of the input ends the job.
"""

import json
import sys
import time


def serve(work):
    """Answers each command with what `work(inputs)` returns."""
    answer({"ready": True})
    for line in sys.stdin:
        command = json.loads(line)
        began = time.monotonic()
        result = work(command["inputs"])
        answer({"run": command["run"], "seconds": round(time.monotonic() - began, 3), "result": result})


def answer(value):
    print(json.dumps(value), flush=True)
