"""Adding points to the cells around them, eight cells to an instruction.

The inner loop of the non-uniform FFT, written out for LLVM. Numbers of a point are one component
each, and lie [component][point]; rows of cells lie [component][cell]. Every sum has a fixed order,
so a result is the same bits on one machine.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from gapworks.numerics.compiled import FAST_MATH, inlined
from gapworks.numerics.simd import LANES, lanes_type, load, splat, store

# Cells that a point is spread over in each direction: as many as an instruction takes.
WIDTH = 8
_VECTOR = ir.VectorType(ir.DoubleType(), WIDTH)
_WORD = ir.IntType(64)
_MASK = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
_UNDEFINED = ir.Constant(_VECTOR, ir.Undefined)
# Contraction to fused multiply-add is the only freedom the compiler gets.
_FLAGS = ("contract",)

fast = inlined(fastmath=FAST_MATH, error_model="numpy")


def _is_flat(array) -> bool:
    return isinstance(array, types.Array) and array.layout == "C" and array.dtype == types.float64


def _vector(builder, data, index):
    return builder.bitcast(builder.gep(data, [index]), _VECTOR.as_pointer())


def _splat(builder, number):
    first = builder.insert_element(_UNDEFINED, number, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, _UNDEFINED, _MASK)


def _spread(components: int):
    """An intrinsic that spreads this many components of pairs of points in the same cell."""

    @intrinsic
    def spread(typingctx, row, at, even, stride, kernel, place, source, start, pairs):
        """row[at + stride k + w] += sum_i kernel[WIDTH (place + i) + w] source[start + LANES k + i]

        for w < WIDTH, k < components and i < 2 pairs. Where even >= 0 the same sum over even i
        is added to row[even + stride k + w]. No bounds check.
        """
        if not all(_is_flat(array) for array in (row, kernel, source)):
            return None

        def codegen(context, builder, signature, args):
            row, kernel, source = (
                context.make_array(signature.args[n])(context, builder, args[n]).data
                for n in (0, 4, 6)
            )
            at, even, stride, place, start, pairs = (args[n] for n in (1, 2, 3, 5, 7, 8))
            zero = ir.Constant(_VECTOR, [0.0] * WIDTH)
            # Of even and of odd points apart: twice as many sums that do not wait for each other.
            sums = [
                [cgutils.alloca_once_value(builder, zero) for _ in range(components)]
                for _ in range(2)
            ]
            for set_ in sums:
                for total in set_:
                    builder.store(zero, total)
            with cgutils.for_range(builder, pairs) as loop:
                for odd in range(2):
                    point = builder.add(builder.mul(loop.index, _WORD(2)), _WORD(odd))
                    weights = builder.mul(builder.add(place, point), _WORD(WIDTH))
                    weight = builder.load(_vector(builder, kernel, weights), align=8)
                    for k in range(components):
                        index = builder.add(builder.add(start, point), _WORD(k * LANES))
                        number = builder.load(builder.gep(source, [index]))
                        product = builder.fmul(weight, _splat(builder, number), flags=_FLAGS)
                        total = builder.load(sums[odd][k])
                        builder.store(builder.fadd(total, product, flags=_FLAGS), sums[odd][k])

            def add(first, k, value):
                index = builder.add(first, builder.mul(stride, _WORD(k)))
                target = _vector(builder, row, index)
                value = builder.fadd(builder.load(target, align=8), value)
                builder.store(value, target, align=8)

            for k in range(components):
                whole = builder.fadd(builder.load(sums[0][k]), builder.load(sums[1][k]))
                add(at, k, whole)
            with builder.if_then(builder.icmp_signed(">=", even, _WORD(0))):
                for k in range(components):
                    add(even, k, builder.load(sums[0][k]))
            return context.get_dummy_value()

        word = types.intp
        return types.void(row, word, word, word, kernel, word, source, word, word), codegen

    return spread


spread_four = _spread(4)
spread_six = _spread(6)


@intrinsic
def number(typingctx, array, index):
    """The number at a flat position of a C-contiguous array, in every lane; no bounds check."""
    if not _is_flat(array):
        return None

    def codegen(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        undefined = ir.Constant(ir.VectorType(ir.DoubleType(), LANES), ir.Undefined)
        value = builder.load(builder.gep(data, [args[1]]))
        first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
        return builder.shuffle_vector(first, undefined, mask)

    return lanes_type(array, types.intp), codegen


@fast
def _add_eight(out, at, line, rows, start, length, kernel, place, step):
    """Add eight rows to the WIDTH lines around them, with the kernel's weights at their places.

    Their places are `step` apart; out's lines are `line` apart and begin at `at`.
    """
    for t in range(start, start + length, LANES):
        a, b = load(rows, t), load(rows, t + length)
        c, d = load(rows, t + 2 * length), load(rows, t + 3 * length)
        e, f = load(rows, t + 4 * length), load(rows, t + 5 * length)
        g, h = load(rows, t + 6 * length), load(rows, t + 7 * length)
        for row in range(8):
            store(rows, t + row * length, splat(0.0))
        to = at + t - start
        for w in range(WIDTH):
            k = place * WIDTH + w
            sum_ = load(out, to) + a * number(kernel, k) + b * number(kernel, k + step)
            sum_ = sum_ + c * number(kernel, k + 2 * step) + d * number(kernel, k + 3 * step)
            more = e * number(kernel, k + 4 * step) + f * number(kernel, k + 5 * step)
            more = more + g * number(kernel, k + 6 * step) + h * number(kernel, k + 7 * step)
            store(out, to, sum_ + more)
            to += line


@fast
def _add_four(out, at, line, rows, start, length, kernel, place, step):
    """The same of four rows."""
    for t in range(start, start + length, LANES):
        a, b = load(rows, t), load(rows, t + length)
        c, d = load(rows, t + 2 * length), load(rows, t + 3 * length)
        for row in range(4):
            store(rows, t + row * length, splat(0.0))
        to = at + t - start
        for w in range(WIDTH):
            k = place * WIDTH + w
            sum_ = load(out, to) + a * number(kernel, k) + b * number(kernel, k + step)
            store(
                out, to, sum_ + c * number(kernel, k + 2 * step) + d * number(kernel, k + 3 * step)
            )
            to += line


@fast
def _add_one(out, at, line, rows, start, length, kernel, place):
    """The same of one row."""
    for w in range(WIDTH):
        for t in range(0, length, LANES):
            row = load(rows, start + t) * number(kernel, place * WIDTH + w)
            store(out, at + t, load(out, at + t) + row)
        at += line
    rows[start : start + length] = 0.0


@fast
def add_rows(out, at, line, rows, start, count, step, kernel, first, rate):
    """Add `count` rows, `step` apart from row `first` on, to lines of cells with `rate` rows each.

    The lines begin at `at` with cell 0.
    """
    # As many at once as lie in one cell.
    together = 1
    if rate % (4 * step) == 0:
        together = min(count, 8 if rate % (8 * step) == 0 else 4)
    for s in range(0, count, together):
        cell, place = (first + s * step) // rate, (first + s * step) % rate
        to, row = at + cell * line, start + s * line
        if together == 8:
            _add_eight(out, to, line, rows, row, line, kernel, place, WIDTH * step)
        elif together == 4:
            _add_four(out, to, line, rows, row, line, kernel, place, WIDTH * step)
        else:
            _add_one(out, to, line, rows, row, line, kernel, place)
