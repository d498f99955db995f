"""The page: a marimo notebook, of which each session runs its own copy."""

import marimo

app = marimo.App(width="medium", app_title="gapworks")


@app.cell
def _():
    import marimo as mo

    from gapworks.app import shown
    from gapworks.app.desk import Desk, source_of
    from gapworks.app.tasks import TASKS

    desk = Desk()
    return TASKS, desk, mo, shown, source_of


@app.cell
def _(TASKS, mo):
    task_of = mo.ui.dropdown(
        {one.title: one for one in TASKS}, value=TASKS[0].title, label="What you have"
    )
    mo.vstack(
        [
            mo.md("# gapworks: your own files"),
            mo.md(
                "Each answer is that of a command, which is shown. Files stay on the machine where "
                "`gapworks app` was started."
            ),
            task_of,
        ]
    )
    return (task_of,)


@app.cell
def _(mo, task_of):
    task = task_of.value
    upload = mo.ui.file(kind="area", multiple=True, label="Drop the file here, or click")
    place = mo.ui.text(placeholder="/home/me/file.dat", full_width=True, label="Path")
    example = mo.ui.dropdown(
        list(task.examples), value=next(iter(task.examples), None), label="Example"
    )
    sources = {
        "Your file": upload,
        "A file on the machine of gapworks": place,
        **({"An example": example} if task.examples else {}),
    }
    source = mo.ui.tabs(sources)
    mo.vstack([mo.md(task.about), source])
    return example, place, source, task, upload


@app.cell
def _(example, place, source, source_of, task, upload):
    given = source_of(task, source.value, upload.value, place.value, example.value)
    return (given,)


@app.cell
def _(given, mo, task):
    likely = {**task.suggested(), **given.options}

    def widget(one):
        known = likely.get(one.name, "")
        if one.kind == "yes":
            return mo.ui.checkbox(label=f"`{one.flag}`")
        if one.kind == "choice":
            return mo.ui.dropdown(list(one.choices), value=known or None, label=f"`{one.flag}`")
        hint = {"several": "one or several", "file": "path on the machine of gapworks"}
        return mo.ui.text(value=known, placeholder=hint.get(one.kind, ""), label=f"`{one.flag}`")

    values = mo.ui.dictionary({one.name: widget(one) for one in task.fields})

    def row(one):
        return mo.hstack(
            [values[one.name], mo.md(f"<small>{one.help}</small>")], widths=[1, 1], align="center"
        )

    first = [row(one) for one in task.fields if one.name in task.first]
    others = [row(one) for one in task.fields if one.name not in task.first]
    mo.vstack([*first, mo.accordion({"More options": mo.vstack(others)})])
    return (values,)


@app.cell
def _(desk, given, mo, shown, task, values):
    desk.ask(task, given, values.value)
    start = mo.ui.run_button(label="Answer", kind="success", disabled=not desk.ready)
    stop = mo.ui.run_button(label="Stop", kind="neutral")
    mo.vstack([shown.line(desk), mo.hstack([start, stop], justify="start")])
    return start, stop


@app.cell
def _(desk, stop):
    if stop.value:
        desk.stop()
    return


@app.cell
def _(desk, mo, shown, start):
    mo.stop(not start.value)
    mo.Thread(target=shown.follow, args=(desk.start(),), daemon=True).start()
    return


if __name__ == "__main__":
    app.run()
