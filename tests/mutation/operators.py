"""Mutation operators: from a node of a solution's syntax tree to its wrong variants.

Each operator takes one node and yields pairs (what was done, the node in its place). `DELETED` in
place of a node asks to take the statement out. An operator knows nothing of exercises or judges;
the tables name what people confuse, and only with what would often run all the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence

import libcst as cst
import libcst.matchers as m

Variant = tuple[str, cst.CSTNode]
Operator = Callable[[cst.CSTNode], Iterator[Variant]]

DELETED = cst.Pass()

ARITHMETIC: dict[type[cst.BaseBinaryOp], tuple[type[cst.BaseBinaryOp], ...]] = {
    cst.Add: (cst.Subtract, cst.Multiply),
    cst.Subtract: (cst.Add, cst.Multiply),
    cst.Multiply: (cst.Divide, cst.Add),
    cst.Divide: (cst.Multiply, cst.FloorDivide),
}
# Of these, `a op b` and `b op a` are not the same.
ORDERED = (cst.Subtract, cst.Divide)

COMPARISONS: dict[type[cst.BaseCompOp], tuple[type[cst.BaseCompOp], ...]] = {
    cst.Equal: (cst.NotEqual, cst.LessThan, cst.GreaterThanEqual),
    cst.IsNot: (cst.Is,),
}

STRINGS = {
    "selu": ("relu", "linear", "sigmoid"),
    "relu": ("linear", "sigmoid"),
    "sigmoid": ("linear", "softmax", "tanh", "relu"),
    "tanh": ("sigmoid", "linear", "relu"),
    "same": ("valid",),
    "binary_crossentropy": ("mse", "categorical_crossentropy"),
    "mse": ("mae", "accuracy"),
    "inf": ("-inf", "nan"),
    "loss": ("total_loss",),
    "reconstruction": ("reconstruction_loss",),
    "kl": ("kl_loss",),
    "discriminator_loss": ("generator_loss", "d_loss"),
    "generator_loss": ("discriminator_loss", "g_loss"),
}

# The last word of a dotted name, and what is taken for it.
FUNCTIONS = {
    "reduce_mean": ("reduce_sum", "reduce_max", "reduce_prod"),
    "reduce_sum": ("reduce_mean", "reduce_max", "reduce_prod"),
    "mean": ("sum", "median"),
    "square": ("abs", "sqrt", "exp"),
    "exp": ("sqrt", "square", "sigmoid"),
    "log10": ("log", "log2", "exp"),
    "binary_crossentropy": (
        "categorical_crossentropy",
        "mean_squared_error",
        "mean_absolute_error",
    ),
    "ones_like": ("zeros_like",),
    "zeros_like": ("ones_like",),
    "normal": ("uniform",),
    "linspace": ("geomspace", "logspace"),
    "float32": ("float64", "float16", "uint8", "int32"),
    "float64": ("float16",),
    "trainable_variables": ("non_trainable_variables", "variables"),
    "Flatten": ("GlobalAveragePooling1D", "Identity"),
    "Reshape": ("Identity", "Permute"),
    "GaussianNoise": ("Dropout", "GaussianDropout", "Identity"),
    "Dropout": ("GaussianNoise", "Identity"),
    "Conv2D": ("Conv2DTranspose", "DepthwiseConv2D"),
    "Conv2DTranspose": ("Conv2D",),
    "BatchNormalization": ("LayerNormalization", "Identity"),
    "ReLU": ("Identity", "LeakyReLU"),
    "LeakyReLU": ("Identity", "ReLU"),
    "Adam": ("SGD",),
    "Nadam": ("SGD",),
    "shape": ("size",),
}

# Names that stand for the same kind of thing, and are written for one another.
CONFUSED = (
    ("train_images", "validation_images"),
    ("images", "labels"),
    ("train", "validation"),
    ("encoder", "decoder"),
    ("clean_images", "noisy", "restored"),
    ("clean", "restored"),
    ("mean", "log_var", "noise"),
    ("codings_mean", "codings_log_var", "codings"),
    ("images", "reconstructions"),
    ("loss", "kl"),
    ("reconstruction", "of_each_pixel"),
    ("kl_divergence", "vae_loss"),
    ("count", "codings_size"),
    ("start", "end"),
    ("generator", "discriminator"),
    ("generator_loss", "discriminator_loss"),
    ("real_images", "fake_images"),
    ("real_probabilities", "fake_probabilities"),
    ("labels", "probabilities"),
    ("labels", "fake_probabilities"),
    ("generator_optimizer", "discriminator_optimizer"),
    ("generator_step", "discriminator_step"),
    ("loss_of_generator", "loss_of_discriminator"),
    ("generator_mean", "discriminator_mean"),
)

# Tensors that a gradient passes through on its way.
DIFFERENTIABLE = {
    "mean",
    "log_var",
    "codings_mean",
    "codings_log_var",
    "codings",
    "reconstructions",
    "reconstruction",
    "terms",
    "fake_images",
    "real_probabilities",
    "fake_probabilities",
    "probabilities",
}


# Arguments that are forgotten or added by mistake, by the last word of the function's name.
ADDED = {
    "linspace": ("endpoint=False",),
    "reduce_sum": ("keepdims=True",),
    "reduce_mean": ("keepdims=True",),
    "binary_crossentropy": ("from_logits=True",),
    "Dense": ("use_bias=False",),
}

# Whole numbers that count something.
COUNTS = {"steps", "count", "epochs", "epoch", "codings_size"}

LONGEST = 60


def code(node: cst.CSTNode) -> str:
    """A node as Python text on one line."""
    if isinstance(node, cst.Arg | cst.Element | cst.DictElement):
        node = node.with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return " ".join(cst.Module([]).code_for_node(node).split())


def called(node: cst.CSTNode) -> str:
    """A node's text for the name of a mutant: what is long loses its middle."""
    text = code(node)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-10:]}"


def in_parentheses(node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression, safe at any place of another one."""
    simple = cst.Name | cst.Call | cst.Attribute | cst.Subscript | cst.Integer | cst.Float
    if isinstance(node, simple) or node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def swap_arithmetic(node: cst.CSTNode) -> Iterator[Variant]:
    """`a + b` becomes `a - b`."""
    if isinstance(node, cst.BinaryOperation):
        left, right = in_parentheses(node.left), in_parentheses(node.right)
        for other in ARITHMETIC.get(type(node.operator), ()):
            swapped = node.with_changes(left=left, operator=other(), right=right)
            yield f"{called(node)} -> {called(swapped)}", in_parentheses(swapped)


def swap_operands(node: cst.CSTNode) -> Iterator[Variant]:
    """`a - b` becomes `b - a`."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, ORDERED):
        left, right = in_parentheses(node.right), in_parentheses(node.left)
        swapped = node.with_changes(left=left, right=right)
        yield f"{called(node)} -> {called(swapped)}", swapped


def keep_one_operand(node: cst.CSTNode) -> Iterator[Variant]:
    """`a + b` becomes `a`, or `b`."""
    if isinstance(node, cst.BinaryOperation):
        for kept in (node.left, node.right):
            yield f"{called(node)} -> {called(kept)}", in_parentheses(kept)


def drop_sign(node: cst.CSTNode) -> Iterator[Variant]:
    """`-a` becomes `a`."""
    if m.matches(node, m.UnaryOperation(operator=m.Minus())):
        inner = cst.ensure_type(node, cst.UnaryOperation).expression
        yield f"{called(node)} -> {called(inner)}", inner


def change_number(node: cst.CSTNode) -> Iterator[Variant]:
    """`2` becomes 1, 3 and 0; `0.5` becomes a quarter, one, and its negative."""
    if isinstance(node, cst.Integer):
        value = node.evaluated_value
        others = dict.fromkeys([value + 1, value - 1, 0])
    elif isinstance(node, cst.Float):
        value = node.evaluated_value
        others = dict.fromkeys([value / 2, value * 2, -value, 0.0])
    else:
        return
    for other in others:
        if other != value:
            yield f"{called(node)} -> {other}", in_parentheses(cst.parse_expression(repr(other)))


def change_axis(node: cst.CSTNode) -> Iterator[Variant]:
    """`axis=-1` becomes another axis, or another tuple of axes."""
    if m.matches(node, m.Arg(keyword=m.Name("axis"))):
        for other in ("0", "1", "-1", "None", "(0, 1)", "(0, 2)"):
            axis = cst.ensure_type(node, cst.Arg).with_changes(value=cst.parse_expression(other))
            yield f"{called(node)} -> {called(axis)}", axis


def change_string(node: cst.CSTNode) -> Iterator[Variant]:
    """An activation, a loss, a metric or a key becomes another one."""
    if isinstance(node, cst.SimpleString):
        for other in STRINGS.get(str(node.evaluated_value), ()):
            yield f'{node.value} -> "{other}"', node.with_changes(value=f'"{other}"')


def change_flag(node: cst.CSTNode) -> Iterator[Variant]:
    """`training=True` becomes `training=False`."""
    if m.matches(node, m.Arg(keyword=m.Name(), value=m.Name("True"))):
        flipped = cst.ensure_type(node, cst.Arg).with_changes(value=cst.Name("False"))
        yield f"{called(node)} -> {called(flipped)}", flipped


def change_function(node: cst.CSTNode) -> Iterator[Variant]:
    """`tf.reduce_sum` becomes `tf.reduce_mean`."""
    if isinstance(node, cst.Attribute):
        for other in FUNCTIONS.get(node.attr.value, ()):
            yield f"{called(node)} -> .{other}", node.with_changes(attr=cst.Name(other))


def confuse_names(node: cst.CSTNode) -> Iterator[Variant]:
    """`codings` becomes `codings_mean`."""
    if isinstance(node, cst.Name):
        groups = [group for group in CONFUSED if node.value in group]
        for other in dict.fromkeys(itertools.chain.from_iterable(groups)):
            if other != node.value:
                yield f"{node.value} -> {other}", node.with_changes(value=other)


def _without(items: Sequence[cst.CSTNode], index: int) -> list[cst.CSTNode]:
    return [item for place, item in enumerate(items) if place != index]


def drop_argument(node: cst.CSTNode) -> Iterator[Variant]:
    """`f(a, b=c)` becomes `f(b=c)`, or `f(a)`."""
    if isinstance(node, cst.Call):
        for index, argument in enumerate(node.args):
            dropped = called(argument)
            yield (
                f"{called(node.func)} without {dropped}",
                node.with_changes(args=_without(node.args, index)),
            )


def swap_arguments(node: cst.CSTNode) -> Iterator[Variant]:
    """`f(a, b)` becomes `f(b, a)`: neighbours alone."""
    if isinstance(node, cst.Call):
        for index, (first, second) in enumerate(itertools.pairwise(node.args)):
            if first.keyword is None and second.keyword is None:
                values = (first.value, second.value)
                pair = [first.with_changes(value=values[1]), second.with_changes(value=values[0])]
                args = [*node.args[:index], *pair, *node.args[index + 2 :]]
                what = f"{called(node.func)}: {called(values[0])} <-> {called(values[1])}"
                yield what, node.with_changes(args=args)


def unwrap_call(node: cst.CSTNode) -> Iterator[Variant]:
    """`f(a, b)` becomes `a`."""
    if isinstance(node, cst.Call) and node.args and node.args[0].keyword is None:
        inner = node.args[0].value
        yield f"{called(node)} -> {called(inner)}", in_parentheses(inner)


def drop_element(node: cst.CSTNode) -> Iterator[Variant]:
    """A layer, an output, a variable or a key is left out."""
    if isinstance(node, cst.List | cst.Tuple | cst.Dict):
        for index, element in enumerate(node.elements):
            dropped = called(element)
            rest = _without(node.elements, index)
            if isinstance(node, cst.Tuple) and len(rest) == 1:
                rest = [rest[0].with_changes(comma=cst.Comma())]
            if rest or not isinstance(node, cst.Tuple):
                yield f"without {dropped}", node.with_changes(elements=rest)


def swap_elements(node: cst.CSTNode) -> Iterator[Variant]:
    """Two neighbours change places: layers, outputs, pairs."""
    if isinstance(node, cst.List | cst.Tuple):
        for index, (first, second) in enumerate(itertools.pairwise(node.elements)):
            values = (first.value, second.value)
            pair = [first.with_changes(value=values[1]), second.with_changes(value=values[0])]
            elements = [*node.elements[:index], *pair, *node.elements[index + 2 :]]
            yield (
                f"{called(values[0])} <-> {called(values[1])}",
                node.with_changes(elements=elements),
            )


def change_slice(node: cst.CSTNode) -> Iterator[Variant]:
    """`[:n]` becomes `[n:]`; every second row; all rows."""
    if isinstance(node, cst.Slice):
        turned = node.with_changes(lower=node.upper, upper=node.lower)
        sparse = node.with_changes(
            step=cst.Integer("2"), first_colon=cst.Colon(), second_colon=cst.Colon()
        )
        everything = node.with_changes(lower=None, upper=None)
        for other in (turned, sparse, everything):
            yield f"[{called(node)}] -> [{called(other)}]", other


def move_bound(node: cst.CSTNode) -> Iterator[Variant]:
    """`[:-n]` becomes `[:-n + 1]`."""
    if isinstance(node, cst.Slice):
        for side in ("lower", "upper"):
            bound = getattr(node, side)
            for operator in (cst.Add(), cst.Subtract()):
                if bound is not None:
                    moved = cst.BinaryOperation(bound, operator, cst.Integer("1"))
                    yield f"{called(bound)} -> {called(moved)}", node.with_changes(**{side: moved})


def change_comparison(node: cst.CSTNode) -> Iterator[Variant]:
    """`==` becomes `!=`."""
    if isinstance(node, cst.ComparisonTarget):
        for other in COMPARISONS.get(type(node.operator), ()):
            changed = node.with_changes(operator=other())
            yield f"{called(node)} -> {called(changed)}", changed


def take_one_branch(node: cst.CSTNode) -> Iterator[Variant]:
    """`a if c else b` becomes `a`, or `b`; `if c:` always, or never."""
    if isinstance(node, cst.IfExp):
        for branch in (node.body, node.orelse):
            yield f"{called(node)} -> {called(branch)}", in_parentheses(branch)
    if isinstance(node, cst.If):
        for truth in ("True", "False"):
            changed = node.with_changes(test=cst.Name(truth))
            yield f"if {called(node.test)} -> if {truth}", changed


def delete_statement(node: cst.CSTNode) -> Iterator[Variant]:
    """A statement is left out."""
    if isinstance(node, cst.Expr | cst.Assign | cst.AnnAssign | cst.Return):
        yield f"without the statement {called(node)}", DELETED


def delete_tape(node: cst.CSTNode) -> Iterator[Variant]:
    """A line stands below the `with` block in place of inside it."""
    if isinstance(node, cst.With):
        lines = list(node.body.body)
        for count in range(1, len(lines)):
            block = node.with_changes(body=node.body.with_changes(body=lines[:-count]))
            yield (
                f"with {called(node.items[0])}: ends {count} lines earlier",
                cst.FlattenSentinel([block, *lines[-count:]]),
            )


def detach(node: cst.CSTNode) -> Iterator[Variant]:
    """No gradient passes through a tensor."""
    if isinstance(node, cst.Name) and node.value in DIFFERENTIABLE:
        detached = cst.parse_expression(f"tf.stop_gradient({node.value})")
        yield f"{node.value} -> {called(detached)}", detached


def turn_result(node: cst.CSTNode) -> Iterator[Variant]:
    """What is returned has the wrong sign."""
    if isinstance(node, cst.Return) and isinstance(node.value, cst.Call | cst.BinaryOperation):
        negated = cst.UnaryOperation(cst.Minus(), in_parentheses(node.value))
        yield f"return -({called(node.value)})", node.with_changes(value=negated)


def add_keyword(node: cst.CSTNode) -> Iterator[Variant]:
    """`f(a)` becomes `f(a, b=c)`."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        for added in ADDED.get(node.func.attr.value, ()):
            extra = cst.ensure_type(cst.parse_expression(f"f({added})"), cst.Call).args
            yield f"{called(node.func)} with {added}", node.with_changes(args=[*node.args, *extra])


def miscount(node: cst.CSTNode) -> Iterator[Variant]:
    """`steps` becomes `steps + 1`, or `steps - 1`."""
    if isinstance(node, cst.Name) and node.value in COUNTS:
        for other in (f"({node.value} + 1)", f"({node.value} - 1)"):
            yield f"{node.value} -> {other}", cst.parse_expression(other)


def call_in_training(node: cst.CSTNode) -> Iterator[Variant]:
    """`model.predict(x)` becomes `model(x, training=True)`."""
    if m.matches(node, m.Call(func=m.Attribute(attr=m.Name("predict")))):
        call = cst.ensure_type(node, cst.Call)
        model = code(cst.ensure_type(call.func, cst.Attribute).value)
        trained = f"{model}({code(call.args[0].value)}, training=True)"
        yield f"{called(node)} -> {trained}", cst.parse_expression(trained)


TRAINABLE = m.Attribute(attr=m.Name("trainable_variables"))


def cut_variables(node: cst.CSTNode) -> Iterator[Variant]:
    """The first variable is left out, or the last."""
    if m.matches(node, TRAINABLE):
        for part in ("[1:]", "[:-1]"):
            yield f"{called(node)} -> {part}", cst.parse_expression(code(node) + part)


def join_variables(node: cst.CSTNode) -> Iterator[Variant]:
    """The variables of both networks, where those of one are meant."""
    if m.matches(node, TRAINABLE):
        network = code(cst.ensure_type(node, cst.Attribute).value)
        other = {"generator": "discriminator", "discriminator": "generator"}.get(network)
        if other is not None:
            both = f"({code(node)} + {other}.trainable_variables)"
            yield f"{called(node)} -> {both}", cst.parse_expression(both)


OPERATORS: tuple[Operator, ...] = (
    swap_arithmetic,
    swap_operands,
    keep_one_operand,
    drop_sign,
    change_number,
    change_axis,
    change_string,
    change_flag,
    change_function,
    confuse_names,
    drop_argument,
    swap_arguments,
    unwrap_call,
    drop_element,
    swap_elements,
    change_slice,
    move_bound,
    change_comparison,
    take_one_branch,
    delete_statement,
    delete_tape,
    detach,
    turn_result,
    add_keyword,
    miscount,
    call_in_training,
    cut_variables,
    join_variables,
)
