"""The demo: a class of made-up students, graded from submission to feedback by nbgrader.

The students' mistakes are data of the demo; what they got right is the text of the solutions.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich import box
from rich.console import Console
from rich.table import Table

from autograder.build import BEGIN_SOLUTION, END_SOLUTION, STUB, solution_path, source_notebook
from autograder.errors import AutograderError
from autograder.exercises import EXERCISES, LESSONS, exercises_of
from autograder.language import ENGLISH
from autograder.verdict import Verdict


@dataclass(frozen=True)
class DemoStudent:
    """A made-up student: which exercises she solves, and where she goes wrong.

    `wrong` maps an exercise to the body that she wrote in place of the blank.
    """

    name: str
    story: str
    solves: frozenset[str] = frozenset()
    wrong: Mapping[str, str] = field(default_factory=dict)


EVERYTHING = frozenset(EXERCISES)
FIRST_HALF = frozenset(list(EXERCISES)[: len(EXERCISES) // 2])

STUDENTS = (
    DemoStudent("ada", "everything right", EVERYTHING),
    DemoStudent("blank", "nothing answered"),
    DemoStudent(
        "ben",
        "divides by the maximum; takes the natural logarithm; averages the KL over codings; "
        "shifts the pixels by 1; adds the two means of a GAN's loss; skips the smaller last batch",
        EVERYTHING,
        {
            "scale_images": "return (images / images.max()).astype(np.float32)",
            "peak_signal_to_noise_ratio": "return -10 * np.log(np.mean((clean - restored) ** 2))",
            "kl_divergence": """\
terms = 1 + codings_log_var - tf.square(codings_mean) - tf.exp(codings_log_var)
return -0.5 * tf.reduce_mean(terms, axis=-1)""",
            "images_for_display": "return 0.5 * generated[..., 0] + 1",
            "discriminator_loss": """\
real = keras.losses.binary_crossentropy(tf.ones_like(real_probabilities), real_probabilities)
fake = keras.losses.binary_crossentropy(tf.zeros_like(fake_probabilities), fake_probabilities)
return tf.reduce_mean(real) + tf.reduce_mean(fake)""",
            "train_gan": """\
optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
history = {"discriminator_loss": [], "generator_loss": []}
batch_size = len(next(iter(dataset)))
for epoch in range(epochs):
    for real_images in dataset:
        if len(real_images) < batch_size:
            continue
        codings = tf.random.normal((batch_size, codings_size))
        d_loss = discriminator_step(
            generator, discriminator, optimizers[0], real_images, codings
        )
        g_loss = generator_step(generator, discriminator, optimizers[1], codings)
    history["discriminator_loss"].append(float(d_loss))
    history["generator_loss"].append(float(g_loss))
    if on_epoch_end is not None:
        on_epoch_end(epoch, generator)
return history""",
        },
    ),
    DemoStudent(
        "chi",
        "noise after a hidden layer; softmax over the pixels; takes the variance for the spread; "
        "sigmoid for tanh; no dropout; trains the discriminator to be fooled",
        EVERYTHING,
        {
            "build_dae_encoder": """\
return keras.Sequential([
    keras.layers.Input((28, 28)),
    keras.layers.Flatten(),
    keras.layers.Dense(100, activation="selu"),
    keras.layers.GaussianNoise(noise_stddev),
    keras.layers.Dense(30, activation="selu"),
])""",
            "build_dae_decoder": """\
return keras.Sequential([
    keras.layers.Input((30,)),
    keras.layers.Dense(100, activation="selu"),
    keras.layers.Dense(784, activation="softmax"),
    keras.layers.Reshape((28, 28)),
])""",
            "Sampling": """\
mean, log_var = inputs
return mean + tf.exp(log_var) * tf.random.normal(tf.shape(mean))""",
            "build_generator": """\
return keras.Sequential([
    keras.layers.Input((codings_size,)),
    keras.layers.Dense(7 * 7 * 128, activation="relu"),
    keras.layers.Reshape((7, 7, 128)),
    keras.layers.BatchNormalization(),
    keras.layers.Conv2DTranspose(64, 5, strides=2, padding="same", activation="relu"),
    keras.layers.BatchNormalization(),
    keras.layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="sigmoid"),
])""",
            "build_discriminator": """\
return keras.Sequential([
    keras.layers.Input((28, 28, 1)),
    keras.layers.Conv2D(32, 4, strides=2, padding="same"),
    keras.layers.LeakyReLU(0.2),
    keras.layers.Conv2D(64, 4, strides=2, padding="same"),
    keras.layers.LeakyReLU(0.2),
    keras.layers.Flatten(),
    keras.layers.Dense(1, activation="sigmoid"),
])""",
            "generator_step": """\
with tf.GradientTape() as tape:
    loss = generator_loss(discriminator(generator(codings, training=True), training=True))
variables = generator.trainable_variables + discriminator.trainable_variables
optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
return loss""",
        },
    ),
    DemoStudent(
        "dora",
        "watches the accuracy; adds noise to the target too; averages one term, sums the other; "
        "minimises log(1 − fake); forgets training=True; never calls on_epoch_end",
        EVERYTHING,
        {
            "build_dae": """\
dae = keras.Sequential([encoder, decoder])
dae.compile(optimizer="nadam", loss="binary_crossentropy", metrics=["accuracy"])
return dae""",
            "train_dae": """\
noisy = train_images + np.random.normal(0, 0.2, train_images.shape)
return dae.fit(
    train_images,
    noisy,
    epochs=epochs,
    validation_data=(validation_images, validation_images),
    verbose=0,
)""",
            "vae_loss": """\
reconstruction = tf.reduce_mean(keras.losses.binary_crossentropy(images, reconstructions))
return reconstruction + tf.reduce_mean(kl_divergence(codings_mean, codings_log_var))""",
            "generator_loss": "return tf.reduce_mean(tf.math.log(1 - fake_probabilities))",
            "discriminator_step": """\
fake_images = generator(codings)
with tf.GradientTape() as tape:
    loss = discriminator_loss(discriminator(real_images), discriminator(fake_images))
variables = discriminator.trainable_variables
optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
return loss""",
            "train_gan": """\
optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
history = {"discriminator_loss": [], "generator_loss": []}
for epoch in range(epochs):
    for real_images in dataset:
        codings = tf.random.normal((len(real_images), codings_size))
        d_loss = discriminator_step(
            generator, discriminator, optimizers[0], real_images, codings
        )
        g_loss = generator_step(generator, discriminator, optimizers[1], codings)
    history["discriminator_loss"].append(float(d_loss))
    history["generator_loss"].append(float(g_loss))
return history""",
        },
    ),
    DemoStudent(
        "emil",
        "validates on the first rows; never adds the noise; draws codings from U(0, 1); "
        "leaves out the channel axis; exchanges the labels; draws the codings once",
        EVERYTHING,
        {
            "split_dataset": """\
validation = images[:validation_size], labels[:validation_size]
return (images[validation_size:], labels[validation_size:]), validation""",
            "denoising_gain": """\
noise = np.random.normal(0, noise_stddev, clean_images.shape)
restored = dae.predict(clean_images, verbose=0)
return peak_signal_to_noise_ratio(clean_images, restored) - peak_signal_to_noise_ratio(
    clean_images, clean_images + noise
)""",
            "generate_images": "return decoder(tf.random.uniform((count, codings_size)))",
            "rescale_images": "return 2.0 * images - 1.0",
            "discriminator_step": """\
fake_images = generator(codings, training=True)
with tf.GradientTape() as tape:
    real_probabilities = discriminator(real_images, training=True)
    fake_probabilities = discriminator(fake_images, training=True)
    loss = discriminator_loss(fake_probabilities, real_probabilities)
variables = discriminator.trainable_variables
optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
return loss""",
            "train_gan": """\
optimizers = [keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in range(2)]
history = {"discriminator_loss": [], "generator_loss": []}
codings = tf.random.normal((len(next(iter(dataset))), codings_size))
for epoch in range(epochs):
    for real_images in dataset:
        noise = codings[: len(real_images)]
        d_loss = discriminator_step(generator, discriminator, optimizers[0], real_images, noise)
        g_loss = generator_step(generator, discriminator, optimizers[1], noise)
    history["discriminator_loss"].append(float(d_loss))
    history["generator_loss"].append(float(g_loss))
    if on_epoch_end is not None:
        on_epoch_end(epoch, generator)
return history""",
        },
    ),
    DemoStudent("finn", "the first half answered", FIRST_HALF),
)

ANSWERED_QUESTION = (
    "I claim that the mean image is a poor reconstruction, because my own figure in the lesson "
    "is worse for it than for ten components of the PCA. It keeps no detail of the one image. "
    "I looked at one data set only."
)


def run_demo(directory: Path, language: str = ENGLISH) -> dict[str, dict[str, Verdict]]:
    """Make a class in `directory`, let the made-up students hand in, grade, and show the result.

    Args:
        directory: a folder that does not exist or is empty.
        language: the language of the class; what is printed here is in English.

    Returns:
        student → exercise → verdict, as the graded notebooks have them.

    Raises:
        AutograderError: there are no solutions here, the folder is in use, or grading failed.
    """
    if not all(solution_path(lesson).exists() for lesson in LESSONS):
        raise AutograderError(
            "The demo needs the course's solutions; run it in a checkout of the course."
        )
    from autograder.classroom.new_class import new_class

    console = Console()
    directory = directory.resolve()
    console.print(f"Making an nbgrader class in {directory} …", soft_wrap=True)
    new_class(directory, language)
    for student in STUDENTS:
        console.print(f"{student.name} hands in: {student.story}.")
        for lesson in LESSONS:
            hand_in(directory, student, lesson)
    grade(directory, console)
    verdicts = {student.name: graded_verdicts(directory, student.name) for student in STUDENTS}
    console.print(points_table(recorded_points(directory)))
    console.print(misconceptions_table(verdicts))
    console.print("Open the feedback in a browser:")
    for student in STUDENTS:
        for path in sorted((directory / "feedback" / student.name).glob("*/*.html")):
            console.print(f"  {path}", soft_wrap=True, highlight=False)
    return verdicts


def hand_in(directory: Path, student: DemoStudent, lesson: str) -> None:
    """Write a student's filled-in copy of a released lesson to submitted/, as nbgrader has it."""
    nb = nbformat.read(directory / "release" / lesson / f"{lesson}.ipynb", as_version=4)
    fill_in(nb, answers(student, lesson))
    path = directory / "submitted" / student.name / lesson / f"{lesson}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(nb, path)


def answers(student: DemoStudent, lesson: str) -> dict[str, str]:
    """Return exercise → body for what a student answered in one lesson."""
    right = solution_bodies(lesson)
    bodies = {name: body for name, body in right.items() if name in student.solves}
    return bodies | {name: body for name, body in student.wrong.items() if name in right}


def solution_bodies(lesson: str) -> dict[str, str]:
    """Return exercise → the text between the solution marks, without its indentation."""
    cells = {cell.id: cell.source for cell in source_notebook(lesson).cells}
    bodies = {}
    for exercise in exercises_of(lesson):
        _, _, rest = cells[exercise.id].partition(f"{BEGIN_SOLUTION}\n")
        bodies[exercise.id] = textwrap.dedent(rest.partition(END_SOLUTION)[0]).strip()
    return bodies


def fill_in(nb: NotebookNode, bodies: Mapping[str, str]) -> None:
    """Put bodies in place of the stubs of a released notebook; answer its question, in place.

    A notebook in which nothing is answered keeps its question unanswered too.
    """
    stub = re.compile(rf"^( *){re.escape(STUB[0])}\n\1{re.escape(STUB[1])}$", re.MULTILINE)
    for cell in nb.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.id in bodies:
            blank = stub.search(cell.source)
            if blank is None:
                raise AutograderError(f"The released cell {cell.id} has no blank to fill.")
            body = textwrap.indent(bodies[cell.id], blank.group(1))
            cell.source = cell.source[: blank.start()] + body + cell.source[blank.end() :]
        elif bodies and cell.cell_type == "markdown" and nbgrader.get("solution"):
            cell.source = ANSWERED_QUESTION


def grade(directory: Path, console: Console) -> None:
    """Grade every submission, and let nbgrader make the feedback of every lesson."""
    from autograder.classroom import grade
    from autograder.classroom.api import failure_reason, nbgrader_api

    summary = grade.grade(directory, console=console)
    grade.show(summary, console)
    if summary.exit_code:
        raise AutograderError("The demo's class could not be graded.")
    with nbgrader_api(directory) as api:
        for lesson in LESSONS:
            result = api.generate_feedback(lesson)
            if not result["success"]:
                raise AutograderError(
                    f"nbgrader could not make the feedback of {lesson}: {failure_reason(result)}"
                )


def graded_verdicts(directory: Path, student: str) -> dict[str, Verdict]:
    """Return exercise → verdict from the graded notebooks of one student."""
    from autograder.classroom.grades import notebook_verdicts

    verdicts: dict[str, Verdict] = {}
    for lesson in LESSONS:
        path = directory / "autograded" / student / lesson / f"{lesson}.ipynb"
        verdicts |= notebook_verdicts(nbformat.read(path, as_version=4))
    return verdicts


def recorded_points(directory: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Return (student, exercise) → (points, maximum), as the gradebook has them."""
    from nbgrader.api import Gradebook

    from autograder.build import check_id

    points = {}
    with Gradebook(f"sqlite:///{directory / 'gradebook.db'}") as gradebook:
        for student in STUDENTS:
            for exercise in EXERCISES.values():
                grade = gradebook.find_grade(
                    check_id(exercise.id), exercise.lesson, exercise.lesson, student.name
                )
                points[student.name, exercise.id] = (grade.score, grade.max_score)
    return points


def points_table(points: Mapping[tuple[str, str], tuple[float, float]]) -> Table:
    """Return the table of points: a row an exercise, a column a student."""
    table = _table("Points in the gradebook", show_footer=True)
    table.add_column("exercise", footer="sum", no_wrap=True)
    table.add_column("of", justify="right", footer=f"{sum(e.points for e in EXERCISES.values())}")
    for student in STUDENTS:
        total = sum(points[student.name, exercise][0] for exercise in EXERCISES)
        table.add_column(student.name, justify="right", footer=f"{total:.3g}")
    for exercise in EXERCISES.values():
        scores = [points[student.name, exercise.id][0] for student in STUDENTS]
        most = points[STUDENTS[0].name, exercise.id][1]
        table.add_row(exercise.id, f"{most:g}", *(_coloured(score, most) for score in scores))
    return table


def _coloured(score: float, most: float) -> str:
    colour = "green" if score == most else "red" if score == 0 else "yellow"
    return f"[{colour}]{score:.3g}[/]"


def misconceptions_table(verdicts: Mapping[str, Mapping[str, Verdict]]) -> Table:
    """Return the table of the misconceptions that were recognised."""
    table = _table("Misconceptions recognised")
    for heading in ("student", "exercise", "misconception"):
        table.add_column(heading)
    for student in STUDENTS:
        for exercise, verdict in verdicts[student.name].items():
            for name in verdict.misconceptions:
                table.add_row(student.name, exercise, name.replace("_", " "))
    return table


def _table(title: str, show_footer: bool = False) -> Table:
    """Return an empty table that fits, filled, into 80 columns."""
    return Table(
        title=title, box=box.SIMPLE, show_footer=show_footer, padding=(0, 1, 0, 0), pad_edge=False
    )
