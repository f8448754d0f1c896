"""Fits networks fold by fold, and keeps what came out. Never sees a screen."""

from mer_core.training.experiment import CatalogExperiment, DatasetChoice, Experiment, StudyTable
from mer_core.training.result import StudyResult
from mer_core.training.settings import PROFILES, TrainingSettings, profile
from mer_core.training.study import Study
from mer_core.training.study_folders import list_studies, studies_folder

__all__ = [
    "PROFILES",
    "CatalogExperiment",
    "DatasetChoice",
    "Experiment",
    "Study",
    "StudyResult",
    "StudyTable",
    "TrainingSettings",
    "list_studies",
    "profile",
    "studies_folder",
]
