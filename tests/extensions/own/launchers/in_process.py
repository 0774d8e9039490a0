"""The process that asks trains the run itself, and asks are noted beside it."""

from pipelines.runs import worker


def submit(folder):
    with folder.log_path.open("a") as log:
        log.write("in process\n")
    worker.work(folder)


def cancel(folder):
    with folder.log_path.open("a") as log:
        log.write("cancelled\n")
    folder.ask(want="stop")
