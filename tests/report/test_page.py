"""The report: one file with everything in it, that asks nothing of any network."""

import html
import re

import pytest

from gapworks.report.page import told
from gapworks.study import STUDIES, study
from tests.support.command import gapworks_here


def test_every_figure_and_table_stands_on_the_page_once_with_its_caption(report):
    text = report.read_text()
    anchors = re.findall(r'<article id="([^"]+)"', text)
    expected = [
        f"{name}-{room}-{one}"
        for name in STUDIES
        for room, every in (("figures", study(name).figures), ("tables", study(name).tables))
        for one in ([] if room == "figures" else ["claims"]) + list(every)
    ]
    assert anchors == expected
    assert "Pairing potential averaged over sites" in text


def test_nothing_is_asked_of_a_network(report):
    text = report.read_text()
    assert not re.findall(r'(?:src|href)="(?!#|data:)', text)
    assert "http://" not in text and "https://" not in text.replace("data:", "")
    assert "default-src 'none'" in text


def test_verdicts_are_counted_by_study(report):
    rows = re.findall(r'<tr><th><a href="#(\w+)-tables-claims">.*?</tr>', report.read_text())
    assert rows == list(STUDIES)
    cells = re.findall(r'claims">\w+</a></th>(.*?)</tr>', report.read_text())
    assert [re.findall(r"<td>(\d+)</td>", row) for row in cells] == [["2", "1", "1", "0"]] * 3


def test_each_study_has_one_picture_on_the_front_page(report):
    front = report.read_text().partition('<div class="front">')[2].partition("<section>")[0]
    assert re.findall(r'<a href="#(\w+)-figures', front) == list(STUDIES)


def test_what_a_table_says_is_text(report):
    text = report.read_text()
    assert "&lt;script&gt;&amp;" in text and "<script>&" not in text
    assert "<td>0.123 ± 0.012</td>" in text and "<th>mean Delta [t]</th>" in text
    assert "<td>0.5 (0.4 to 0.625)</td>" in text and "standard error [t]" not in text


def test_a_table_is_split_by_quantity(report):
    (part,) = re.findall(r'id="qpi-tables-table1".*?</article>', report.read_text(), re.DOTALL)
    assert re.findall("<h4>(.*?)</h4>", part) == ["hits [%]", "error [meV]"]
    assert part.count("<table") == 2


def test_claims_have_units_and_lead_to_what_shows_them(report):
    text = report.read_text()
    (part,) = re.findall(r'id="chain-tables-claims".*?</article>', text, re.DOTALL)
    assert part.count("<td>1.5 ± 0.1 meV</td>") == part.count("<td>&lt; 2 meV</td>") == 4
    assert "as &lt;said&gt;" in part
    anchors = set(re.findall(r' id="([^"]+)"', text))
    links = re.findall(r'href="#([^"]+)"', text.partition("<script>")[0])
    assert len(links) > 70 and set(links) <= anchors


def test_run_times_are_summed_by_step(report):
    rows = re.findall(r"<tr><td>(\w+)</td><td>simulate</td>(.*?)</tr>", report.read_text())
    assert [name for name, _ in rows] == list(STUDIES)
    cells = "<td>2</td><td>1:01:40</td><td>120</td>"
    assert all(one == cells for _, one in rows)


def test_versions_and_settings_are_told(report):
    text = report.read_text()
    assert "numpy 2.4" in text and "0123456789ab" in text and "&#34;seed&#34;: 7" in text


@pytest.mark.parametrize(
    ("caption", "shown", "ours"),
    [
        ("**Fig. 3.** Mean gap & so on.", "Mean gap &amp; so on.", False),
        ("**Fig. 6 (ours).** Time.", "Time.", True),
        (
            "**Ours.** `gapworks predict` **always**.",
            "<code>gapworks predict</code> <b>always</b>.",
            True,
        ),
        ("What a strength does.", "What a strength does.", False),
    ],
)
def test_a_caption_is_shown_without_the_number_that_its_title_has(caption, shown, ours):
    assert told(caption) == (shown, ours)


def test_every_exhibit_is_headed_by_its_title(report):
    headings = re.findall(r"<h3>(.*?)(?: <span.*?)?</h3>", report.read_text())
    for name in STUDIES:
        for room in (study(name).figures, study(name).tables):
            assert {html.escape(one.title) for one in room.values()} <= set(headings)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("elsewhere/a.png", "no figure or table of a study"),
        ("chain/figures/nosuch.png", "has no figure nosuch"),
        ("chain/tables/errors.csv", "cannot be read as a table"),
    ],
)
def test_what_is_none_of_a_studys_is_named(scale, tmp_path, path, said):
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text("")
    ran = gapworks_here(
        *("report", "--scale", "tiny", "--settings", "{}", "--made", file),
        *("--metrics", scale / "chain/data/metrics.json", "--output", tmp_path / "report.html"),
    )
    assert ran.returncode == 1 and said in ran.stderr
    assert not (tmp_path / "report.html").exists()
