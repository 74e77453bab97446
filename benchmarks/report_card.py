"""The report card of the checks, REPORT_CARD.md, from the committed results alone.

It measures nothing: each figure comes from a file in benchmarks/results, and the page names the
command and the commit that made it.

    python -m benchmarks.report_card
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from autograder.exercises import EXERCISES
from benchmarks.record import ROOT, read

PAGE = ROOT / "benchmarks" / "REPORT_CARD.md"
SOURCES = ("corpus", "mutation_score", "false_rejects", "calibration", "check_latency")
NOT_MEASURED = "–"
TIMES = ("median", "worst", "median_of_processor")

Results = Mapping[str, Mapping[str, Any]]
Row = Mapping[str, Any]


def main() -> None:
    PAGE.write_text(page({name: read(name) for name in SOURCES}), encoding="utf-8")
    print(f"Written: {PAGE.relative_to(ROOT)}")


def page(results: Results) -> str:
    """The whole page, from what each of SOURCES holds; what is missing is shown as missing."""
    rows = {name: result.get("exercises", {}) for name, result in results.items()}
    parts = [
        INTRODUCTION,
        _table(rows),
        _mutants(rows["mutation_score"]),
        _bounds(rows),
        _time(rows["check_latency"]),
        _sources(results),
    ]
    return "\n\n".join(parts) + "\n"


INTRODUCTION = """\
# Report card of the checks

How far the verdicts can be trusted, exercise by exercise. `make report-card` writes this page from
the files in `benchmarks/results`; nothing here is typed by hand. A dash says: not measured."""

COLUMNS = (
    "exercise",
    "right routes accepted",
    "wrong answers rejected",
    "mutants killed",
    "free / equivalent / holes",
    "mistakes named",
    "combined, misnamed",
    "right checks rejected",
    "bound on a false reject",
    "median s",
    "worst s",
    "processor s",
)


def _table(rows: Results) -> str:
    lines = [_line(COLUMNS), _line(["---"] + ["---:"] * (len(COLUMNS) - 1))]
    for exercise in EXERCISES:
        of = {name: of_all.get(exercise, {}) for name, of_all in rows.items()}
        lines.append(_line([f"`{exercise}`", *_cells(of)]))
    return "\n".join([*lines, _line(["**all**", *_sums(rows)])])


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(of: Mapping[str, Row]) -> list[str]:
    corpus, mutants, latency = of["corpus"], of["mutation_score"], of["check_latency"]
    checks, rejected = _checks(of)
    count = NOT_MEASURED if checks == 0 else f"{rejected} of {checks:,}"
    times = [f"{latency['right'][key]:.3f}" for key in TIMES] if latency else []
    return [
        _share(corpus, "right_accepted", "right_routes"),
        _share(corpus, "wrong_rejected", "wrong_answers"),
        _share(mutants, "killed", "total"),
        f"{mutants['free']} / {mutants['equivalent']} / {mutants['holes']}"
        if mutants
        else NOT_MEASURED,
        _share(corpus, "misconceptions_named", "misconceptions_listed"),
        _share(corpus, "combinations_misnamed", "combinations_tried"),
        count,
        _bound(of),
        *(times or [NOT_MEASURED] * len(TIMES)),
    ]


def _share(row: Row, part: str, whole: str) -> str:
    return f"{row[part]}/{row[whole]}" if row else NOT_MEASURED


def _checks(of: Mapping[str, Row]) -> tuple[int, int]:
    """How many checks of right answers were made, and how many of them rejected."""
    plain, trained = of["false_rejects"], of["calibration"]
    kinds = [trained[kind] for kind in ("reference", "variations")] if trained else []
    checks = plain.get("checks", 0) + sum(kind["runs"] for kind in kinds)
    rejected = [*plain.get("rejected", []), *(r for kind in kinds for r in kind["rejected"])]
    return checks, len(rejected)


def _bound(of: Mapping[str, Row]) -> str:
    """By the statistical tests or by the tail, where there are any; else by the count."""
    row = of["calibration"] or of["false_rejects"]
    if not row:
        return NOT_MEASURED
    kinds = {"bound_by_tests": "tests", "bound_by_tail": "tail"}
    modelled = {word: row[key] for key, word in kinds.items() if row.get(key)}
    count = f"{row['bound_by_count']:.1e} (count)"
    if not modelled:
        return count
    total = sum(modelled.values())
    model = "< 1e-9" if total < 1e-9 else f"{total:.1e}"
    return f"{model} ({' + '.join(modelled)}); {count}"


def _sums(rows: Results) -> list[str]:
    corpus, mutants = (_added(rows[name].values()) for name in ("corpus", "mutation_score"))
    pairs = [
        _checks({name: of_all.get(exercise, {}) for name, of_all in rows.items()})
        for exercise in EXERCISES
    ]
    nothing: dict[str, Row] = {name: {} for name in SOURCES}
    cells = _cells(nothing | {"corpus": corpus, "mutation_score": mutants})
    checks, rejected = (sum(numbers) for numbers in zip(*pairs, strict=True))
    return [*cells[:6], f"{rejected} of {checks:,}", *[""] * (1 + len(TIMES))]


def _added(rows: Iterable[Row]) -> dict[str, int]:
    """The sums of all whole numbers of some rows."""
    sums: dict[str, int] = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, int):
                sums[key] = sums.get(key, 0) + value
    return sums


def _mutants(rows: Row) -> str:
    lines = [
        "## Mutants",
        "",
        "A mutant is the reference solution with one thing changed. It is *killed* if its check "
        "rejects it. Of those that are not, the *free* ones are right answers too: the contract "
        "leaves the choice. *Equivalent* ones are told from the solution by no input. A *hole* is "
        "a wrong answer that the check accepts. Every survivor has its reason in "
        "`tests/mutation/survivors.py`.",
    ]
    if rows:
        added = _added(rows.values())
        wrong = added["total"] - added["free"] - added["equivalent"]
        unseen = added["equivalent"] + added["holes"]
        lines += [
            "",
            f"Of {added['total']:,} mutants {wrong:,} are wrong, and {added['killed']:,} of these "
            f"are killed ({100 * added['killed'] / wrong:.1f} %). Equivalent or holes: {unseen}, "
            f"{100 * unseen / added['total']:.1f} % of all.",
            "",
            "The holes, and what would close them:",
            "",
        ]
        lines += [
            f"- `{exercise}`, `{name}`: {reason}"
            for exercise, row in rows.items()
            for name, reason in row["what_the_holes_need"].items()
        ]
    for exercise, row in rows.items():
        for surprise in row["unexplained"]:
            lines += ["", f"Not as the table of survivors says: `{exercise}`, `{surprise}`."]
    missing = [f"`{exercise}`" for exercise in EXERCISES if exercise not in rows]
    if missing:
        lines += ["", f"Not tried: {', '.join(missing)}."]
    return "\n".join(lines)


def _bounds(rows: Results) -> str:
    lines = [
        "## False rejects",
        "",
        "Each right check is the reference solution, or one of the right answers of `tests/corpus` "
        "in turn, on a challenge and with draws of its own. What each bound assumes:",
        "",
        "- *count* (Clopper and Pearson, 95 % confidence): nothing but independent runs. With none "
        "rejected in n runs it cannot fall below 3/n.",
        "- *tests*: each statistical test rejects independent draws of the right distribution with "
        "a probability below 1e-8, by the formulas cited in `autograder/judges/numbers.py`; the "
        "bound is the sum over the tests of one check. It is derived, not measured.",
        "- *tail* (95 % confidence): the logarithm of the share of its tolerances that a right run "
        "uses is normal, among the runs of the reference and among the varied ones; of the two "
        "bounds the larger is shown. It says how far rounding is from a reject, and nothing of "
        "right answers by a route that nobody tried.",
        "",
        "No verdict rests on how well a training turned out. Where an answer trains, stand-in "
        "networks note what reached them, and the judge compares that with a calculation. So there "
        "is no score with a threshold, and nothing that a second training on another seed would "
        "mend. The tolerances for rounding are calibrated:",
        "",
        _line(["exercise", "reference runs", "varied runs", "routes", "tolerances used, at most"]),
        _line(["---"] + ["---:"] * 4),
    ]
    for exercise, row in rows["calibration"].items():
        most = max(row[kind]["largest_share"] for kind in ("reference", "variations"))
        runs = [str(row[kind]["runs"]) for kind in ("reference", "variations")]
        routes = str(len(row["variations"]["answers"]))
        lines.append(_line([f"`{exercise}`", *runs, routes, f"{100 * most:.2g} %"]))
    rejected = [
        f"- `{exercise}`, answer {case['answer']}, seed {case['seed']}"
        for exercise in EXERCISES
        for of in (
            rows["false_rejects"].get(exercise, {}),
            rows["calibration"].get(exercise, {}).get("reference", {}),
            rows["calibration"].get(exercise, {}).get("variations", {}),
        )
        for case in of.get("rejected", [])
    ]
    if rejected:
        lines += ["", "Rejected though right:", "", *rejected]
    return "\n".join(lines)


def _time(rows: Row) -> str:
    lines = [
        "## Time",
        "",
        "Seconds of the reference solution's check in a warm process, all of it: challenge, "
        "answer, verdict. The rule is under 1 s, or under 5 s where the check trains. The last "
        "column is the median of the processor's seconds, of all threads together: what the check "
        "would need at the most if it ran alone.",
    ]
    if rows:
        loads = [row["machine"]["load_before"] for row in rows.values()]
        sticks = [row["yardstick"]["median"] for row in rows.values()]
        cores = next(iter(rows.values()))["machine"]["cores"]
        what = next(iter(rows.values()))["yardstick"]["what"]
        slow = [
            f"`{exercise}`"
            for exercise, row in rows.items()
            if max(row["right"]["worst"], row["wrong"]["worst"]) > row["rule"]
        ]
        lines[-1] += (
            f" Measured on {cores} cores, where the load before each exercise was {min(loads):.1f} "
            f"to {max(loads):.1f}: above {cores}, other programs took their share, and a calm "
            f"machine is faster. The yardstick ({what}) took {min(sticks):.3f} to "
            f"{max(sticks):.3f} s meanwhile; ratios to it are in `check_latency.json`, and so are "
            f"the times of a wrong answer each."
        )
        lines += ["", f"Slower than the rule: {', '.join(slow) if slow else 'none'}."]
    return "\n".join(lines)


def _sources(results: Results) -> str:
    lines = ["## Where the figures come from", "", _line(["result", "commands", "commits"])]
    lines.append(_line(["---"] * 3))
    for name, result in results.items():
        runs = [*result.get("exercises", {}).values(), result]
        commands = _each_once(run.get("command") for run in runs)
        commits = _each_once(run.get("commit", "")[:10] or None for run in runs)
        lines.append(
            _line([f"`{name}.json`", "; ".join(commands) or NOT_MEASURED, ", ".join(commits)])
        )
    return "\n".join(lines)


def _each_once(words: Iterable[str | None]) -> list[str]:
    return [f"`{word}`" for word in dict.fromkeys(words) if word]


if __name__ == "__main__":
    main()
