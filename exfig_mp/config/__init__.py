"""Configs: which files are meant, what they say, and everything that is wrong with them.

`discover` finds files, `load` and `load_all` read them. YAML enters in `yaml_tree`, options leave from `validation`,
the disk is read in `source` and `discovery`. Importing this package does not load the options.
"""

from exfig_mp.config.contents import file_ids, is_config
from exfig_mp.config.discovery import DEFAULT_NAMES, default_config, discover, scan
from exfig_mp.config.load import Config, FailedConfig, Loaded, load, load_all
from exfig_mp.config.problems import Problem

__all__ = [
    "DEFAULT_NAMES",
    "Config",
    "FailedConfig",
    "Loaded",
    "Problem",
    "default_config",
    "discover",
    "file_ids",
    "is_config",
    "load",
    "load_all",
    "scan",
]
