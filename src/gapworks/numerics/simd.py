"""Sixteen numbers at once: a vector type for numba, so that poles share each instruction.

numba leaves vectorisation to LLVM, which gives up on recurrences through memory. `Lanes` holds
sixteen doubles in vector registers; `+ - * /` act lane by lane. LLVM maps it to whatever the
processor has (2 x AVX-512, 4 x AVX, 8 x SSE/NEON). Every operation has a fixed order, so a result
is the same bits on one machine.
"""

from __future__ import annotations

import operator

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, overload, register_model

LANES = 16
# Contraction to fused multiply-add is the only freedom the compiler gets.
FLAGS = ("contract",)


def vector(lanes: int) -> ir.VectorType:
    """LLVM's type of so many doubles."""
    return ir.VectorType(ir.DoubleType(), lanes)


_VECTOR = vector(LANES)


class LanesType(types.Type):
    """numba's type of a `Lanes` value."""

    def __init__(self):
        super().__init__(name=f"Lanes{LANES}")


lanes_type = LanesType()


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm, fe_type):
        super().__init__(dmm, fe_type, _VECTOR)


def repeated(builder: ir.IRBuilder, scalar: ir.Value, lanes: int = LANES) -> ir.Value:
    """A vector of the same number."""
    undefined = ir.Constant(vector(lanes), ir.Undefined)
    first = builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
    mask = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
    return builder.shuffle_vector(first, undefined, mask)


def pointer_to(
    builder: ir.IRBuilder, data: ir.Value, index: ir.Value, lanes: int = LANES
) -> ir.Value:
    """Pointer to as many doubles at position `index` of an array's data."""
    return builder.bitcast(builder.gep(data, [index]), vector(lanes).as_pointer())


def _address(context, builder, array_type, array, index):
    """Pointer to `LANES` doubles at flat position `index` of a C-contiguous array."""
    data = context.make_array(array_type)(context, builder, array).data
    return pointer_to(builder, data, index)


def is_flat(array: types.Type) -> bool:
    """Whether it is numba's type of a C-contiguous array of doubles."""
    return isinstance(array, types.Array) and array.layout == "C" and array.dtype == types.float64


@intrinsic
def load(typingctx, array, index):
    """Lanes at flat positions index ... index + 15 of a C-contiguous array; no bounds check."""
    if not is_flat(array):
        return None

    def codegen(context, builder, signature, args):
        pointer = _address(context, builder, signature.args[0], args[0], args[1])
        return builder.load(pointer, align=8)

    return lanes_type(array, types.intp), codegen


@intrinsic
def store(typingctx, array, index, value):
    """Write lanes to flat positions index ... index + 15 of a C-contiguous array; unchecked."""
    if not is_flat(array):
        return None

    def codegen(context, builder, signature, args):
        pointer = _address(context, builder, signature.args[0], args[0], args[1])
        builder.store(args[2], pointer, align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes_type), codegen


@intrinsic
def splat(typingctx, scalar):
    """The same number in every lane."""

    def codegen(context, builder, signature, args):
        return repeated(builder, args[0])

    return lanes_type(types.float64), codegen


@intrinsic
def first(typingctx, value):
    """The number in the first lane."""

    def codegen(context, builder, signature, args):
        return builder.extract_element(args[0], ir.Constant(ir.IntType(32), 0))

    return types.float64(lanes_type), codegen


@intrinsic
def negative(typingctx, value):
    """1.0 in lanes below zero, else 0.0 (the count of a Sturm sequence)."""

    def codegen(context, builder, signature, args):
        zero = ir.Constant(_VECTOR, [0.0] * LANES)
        one = ir.Constant(_VECTOR, [1.0] * LANES)
        return builder.select(builder.fcmp_ordered("<", args[0], zero), one, zero)

    return lanes_type(lanes_type), codegen


def _fold(builder, value, combine):
    width = LANES
    while width > 1:
        width //= 2
        kind = ir.VectorType(ir.IntType(32), width)
        low = ir.Constant(kind, list(range(width)))
        high = ir.Constant(kind, list(range(width, 2 * width)))
        undefined = ir.Constant(value.type, ir.Undefined)
        value = combine(
            builder.shuffle_vector(value, undefined, low),
            builder.shuffle_vector(value, undefined, high),
        )
    return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))


@intrinsic
def total(typingctx, value):
    """Sum of the lanes, folded in halves."""

    def codegen(context, builder, signature, args):
        return _fold(builder, args[0], builder.fadd)

    return types.float64(lanes_type), codegen


@intrinsic
def largest(typingctx, value):
    """Largest lane."""

    def codegen(context, builder, signature, args):
        def greater(a, b):
            return builder.select(builder.fcmp_ordered(">", a, b), a, b)

        return _fold(builder, args[0], greater)

    return types.float64(lanes_type), codegen


def _binary(symbol, instruction):
    """Teach numba `symbol` for lanes with lanes and for lanes with a number on either side."""

    @intrinsic
    def apply(typingctx, a, b):
        def codegen(context, builder, signature, args):
            left, right = (
                value if kind == lanes_type else repeated(builder, value)
                for value, kind in zip(args, signature.args, strict=True)
            )
            return getattr(builder, instruction)(left, right, flags=FLAGS)

        widened = [kind if kind == lanes_type else types.float64 for kind in (a, b)]
        return lanes_type(*widened), codegen

    @overload(symbol, inline="never")
    def operation(a, b):
        if lanes_type in (a, b) and all(
            kind == lanes_type or isinstance(kind, types.Number) for kind in (a, b)
        ):
            return lambda a, b: apply(a, b)
        return None


for _symbol, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _binary(_symbol, _instruction)
