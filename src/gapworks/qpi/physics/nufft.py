"""Adding points to the cells around them, eight numbers to an instruction.

The inner loop of the non-uniform FFT, written out for LLVM: numba's own loops over components stay
scalar. Every sum has a fixed order, so a result is the same bits on one machine.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from gapworks.numerics.simd import FLAGS, is_flat, pointer_to, repeated

# Cells that a point is spread over in each direction.
WIDTH = 6
# Numbers handled together: components come in multiples of it.
LANES = 8
_WORD = ir.IntType(64)


def _spread(points: int, step: int):
    """An intrinsic that spreads `points` points, `step` apart, that lie in the same cell."""

    @intrinsic
    def spread(typingctx, row, at, kernel, place, source, start, parts):
        """row[at + parts w + c] += sum_i kernel[WIDTH (place + i) + w] source[start + parts i + c].

        For w < WIDTH and c < LANES; i = 0, step, 2 step ... of as many points. No bounds check.
        """
        if not all(is_flat(array) for array in (row, kernel, source)):
            return None

        def codegen(context, builder, signature, args):
            row, kernel, source = (
                context.make_array(signature.args[n])(context, builder, args[n]).data
                for n in (0, 2, 4)
            )
            at, place, start, parts = args[1], args[3], args[5], args[6]
            targets = []
            for w in range(WIDTH):
                index = builder.add(at, builder.mul(parts, _WORD(w)))
                targets.append(pointer_to(builder, row, index, LANES))
            sums = [builder.load(target, align=8) for target in targets]
            for i in range(0, points * step, step):
                index = builder.add(start, builder.mul(parts, _WORD(i)))
                point = builder.load(pointer_to(builder, source, index, LANES), align=8)
                weights = builder.mul(builder.add(place, _WORD(i)), _WORD(WIDTH))
                for w in range(WIDTH):
                    index = builder.add(weights, _WORD(w))
                    weight = repeated(builder, builder.load(builder.gep(kernel, [index])), LANES)
                    product = builder.fmul(weight, point, flags=FLAGS)
                    sums[w] = builder.fadd(sums[w], product, flags=FLAGS)
            for target, value in zip(targets, sums, strict=True):
                builder.store(value, target, align=8)
            return context.get_dummy_value()

        word = types.intp
        return types.void(row, word, kernel, word, source, word, word), codegen

    return spread


spread_one = _spread(1, 1)
spread_eight = _spread(8, 1)
spread_even = _spread(4, 2)
