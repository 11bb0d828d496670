"""Training on what a replay wrote: the same sample, training and keeping as the function does it on the table."""

from pathlib import Path

from local.clusters.folder import FolderLake
from local.segments.read import ended
from mailwright.model.clusters import Clusters
from mailwright.model.content import Content
from mailwright.model.times import iso
from mailwright.science.train import train as trained
from mailwright.workflow.clusters import current, keep
from mailwright.workflow.train import Taking


def train(out: Path, content: Content, *, write: bool = True) -> tuple[Clusters, bool]:
    """The model, and whether it is now in use. A training that comes to the clusters in use gives those back."""
    end = ended(out)
    taking = Taking(content, end.at)
    for profile in end.profiles:
        taking.add(profile)
    lake = FolderLake(out)
    former = current(lake)
    made = trained(taking.sample.rows(), taking.lineage("replay", iso(end.at)), former)
    if former is not None and (made.clusters, made.axes) == (former.clusters, former.axes):
        return former, True
    return made, keep(lake, made, end.at) if write else False
