# The names of __init__.py for type checkers; import contracts hold for the code, which is lazy.

from mer_core.ami import build_ami as build_ami
from mer_core.attribution import list_methods as list_methods
from mer_core.attribution.recording import explain_recording as explain_recording
from mer_core.datasets.catalog import open_dataset as open_dataset
from mer_core.errors import MerError as MerError
from mer_core.inputs.own_clip import open_recording as open_recording
from mer_core.inputs.prediction import predict as predict
from mer_core.inputs.synthetic import synthetic_recording as synthetic_recording
from mer_core.models.catalog import list_models as list_models
from mer_core.models.loaded import load_model as load_model
from mer_core.protocols import score as score
from mer_core.records import (
    ActionUnit as ActionUnit,
)
from mer_core.records import (
    AttributionMap as AttributionMap,
)
from mer_core.records import (
    Clip as Clip,
)
from mer_core.records import (
    InputSpec as InputSpec,
)
from mer_core.records import (
    Layer as Layer,
)
from mer_core.records import (
    Prediction as Prediction,
)
from mer_core.records import (
    Sample as Sample,
)
from mer_core.training.study import Study as Study
from mer_core.training.study_folders import list_studies as list_studies

__version__: str
