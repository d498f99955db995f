"""Names of networks: each says what the network is, and what it is made of."""

import pytest

from gapworks.eliashberg.names import NetworkName
from tests.support.config import plan

PLAN = plan("eliashberg", "paper")


def networks():
    """Every network that figures and tables are made of."""
    names = PLAN.study.evaluations_of(PLAN.scale)
    return sorted({network for name in names for network in PLAN.inputs(name).networks})


@pytest.mark.parametrize("text", networks())
def test_a_name_that_is_read_says_again_what_it_was_read_from(text):
    name = NetworkName.parse(text)
    parts = name.text.split("-")
    assert name.text == text
    assert name.field in parts or name.kind == "bases"
    assert ("noisy" in parts, "few" in parts) == (name.noisy, name.few)
    numbers = [name.neurons, name.repeat] if name.kind == "bases" else [name.latent]
    assert [one for one in parts if one.isdecimal()] == [
        str(one) for one in numbers if one not in (None, "chosen")
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("", "sl-complex", "sl-complex-a2f", "sl-joint-gap", "sl-joint-gap-0", "sl-joint-gap-02"),
        *(
            "ae-joint-a2f-2",
            "ae-gap",
            "ae-gap-chosen",
            "ae--gap-2",
            "ae-jointgap-2",
            "nto-4",
            "nto-4-01",
        ),
        *("reversed-complex-gap-few", "sl-complex-gap-noisy", "sl-complex-gap ", "window-r8-n220"),
    ],
)
def test_what_names_no_network_is_refused_with_the_names_that_do(text):
    with pytest.raises(ValueError, match="has no network .*; it has sl-<simple"):
        NetworkName.parse(text)
    with pytest.raises(ValueError, match="has no network"):
        PLAN.training(text)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("sl-simple-gap", "simple"),
        ("sl-complex-noisy-gap", "complex"),
        ("reversed-complex-gap", "complex"),
        ("nto-4-1", "simple"),
        ("ae-joint-gap-2", "complex"),
        ("sl-separate-gap-16", "generated/separate-gap-16"),
        ("sl-joint-dos-chosen", "generated/joint-dos-chosen"),
    ],
)
def test_a_network_is_trained_and_tested_on_the_data_that_its_name_says(text, data):
    assert PLAN.training(text)["data"] == PLAN.training(text)["validation"] == PLAN.dataset(data)
    (name,) = (one for one in (f"complex-{text}", "simple-bases") if names_it(one, text))
    assert PLAN.inputs(name).data["own"] == data


def names_it(evaluation, network):
    """Whether an evaluation is of a network."""
    try:
        return network in PLAN.inputs(evaluation).networks
    except ValueError:
        return False


def test_generated_data_are_made_by_the_autoencoders_of_their_dimension():
    joint = PLAN.inputs("joint-gap-8", "generated")
    assert (joint.networks, joint.evaluations) == (["ae-joint-gap-8"], [])
    separate = PLAN.inputs("separate-gap-8", "generated")
    assert separate.networks == ["ae-a2f-8", "ae-gap-8"]
    assert joint.data == separate.data == {"solved": "complex"}


def test_where_the_data_choose_all_autoencoders_and_the_choice_are_needed():
    chosen = PLAN.inputs("joint-dos-chosen", "generated")
    tried = PLAN.scale.config.networks.autoencoder.latent
    assert chosen.networks == [f"ae-joint-dos-{d}" for d in tried]
    assert chosen.evaluations == ["complex-dimensions-dos"]
    choice = PLAN.inputs("complex-dimensions-dos")
    assert choice.evaluations == [f"complex-{name}" for name in chosen.networks]


def test_one_family_has_one_name_whatever_the_dimension():
    names = ["sl-joint-gap-2", "sl-joint-gap-64", "sl-joint-gap-chosen"]
    assert {NetworkName.parse(name).family for name in names} == {"sl-joint-gap"}
    assert NetworkName.parse("ae-gap-2").family == "ae-gap"
