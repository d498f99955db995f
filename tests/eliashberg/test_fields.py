"""What networks see: Z beside the gap, a DOS that resolves its peak, fields of equal weight."""

import numpy as np
import torch

from gapworks.eliashberg.data.fields import FIELDS, REFINED, field, refined_gap
from gapworks.eliashberg.learning.network import Autoencoder
from gapworks.eliashberg.physics.matsubara import solve_matsubara
from gapworks.eliashberg.physics.real_axis import continue_to_real_axis
from gapworks.eliashberg.physics.solution import density_of_states

X = 0.175 * np.arange(1, 201)


def test_a_fine_density_of_states_is_that_of_the_equations_at_its_energies(spectra, omega):
    few = spectra[[0, 7, 25]]
    m = solve_matsubara(omega, few)
    r = continue_to_real_axis(m, X, 0.05)
    arrays = {"energy": X, "delta_real": r.delta.real, "delta_imag": r.delta.imag}
    fine, _ = refined_gap(arrays)
    found = FIELDS["finedos"].of(arrays, 0.05)
    true = density_of_states(fine, continue_to_real_axis(m, fine, 0.05).delta, 0.05)
    assert found.shape == (3, REFINED * len(X))
    # The coarse energies miss the peak by more than what interpolation is off by.
    missed = true.max(1) / field(arrays, "dos", 0.05).max(1)
    assert np.abs(found - true).max() < 0.02 * true.max()
    assert missed.max() > 1.02


def test_z_stands_beside_the_gap_function(arrays):
    rows = field(arrays, "gapz", 0.05)
    assert rows.shape[1] == FIELDS["gapz"].size(arrays)
    np.testing.assert_array_equal(rows[:, :400], field(arrays, "gap", 0.05))
    np.testing.assert_array_equal(rows[:, 400:600], arrays["z_real"])


def test_fields_of_equal_weight_do_not_know_their_units():
    torch.manual_seed(0)
    samples = torch.randn(50, 7)
    other = samples * torch.tensor([100.0] * 3 + [1.0] * 4)
    first, second = (Autoencoder(7, [5], 2, [3, 4]) for _ in range(2))
    second.load_state_dict(first.state_dict())
    for model, rows in ((first, samples), (second, other)):
        model.balance(rows)
        totals = [one.var(0).sum() for one in (rows / model.scale).split([3, 4], dim=1)]
        torch.testing.assert_close(totals[0], totals[1])
    torch.testing.assert_close(
        first.encoder(samples / first.scale), second.encoder(other / second.scale)
    )
    torch.testing.assert_close(first(samples)[:, :3] * 100, second(other)[:, :3])
